const address = /^[A-Za-z][\w+.-]+:\/\/[^/]*/;

/**
 * What the path of a file that is on no disk of this machine begins with: `scheme://authority`, of a file system that the editor
 * reaches; '' for a path of a disk. No drive's name is as long as a scheme.
 */
export function originOf(path: string): string {
  return address.exec(path)?.[0] ?? '';
}
