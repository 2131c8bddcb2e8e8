// Provides nihilo-test:/tides, a read-only folder of one file in memory.
const { EventEmitter, FileSystemError, FileType, workspace } = require('vscode');

const lines = Array.from(
  { length: 40 },
  (_, i) => `export const tide${i} = measureTidalRange(harbours[${i}], lunarPhase);`,
);
const files = new Map([['/tides/tides.ts', Buffer.from(`${lines.join('\n')}\n`)]]);

exports.activate = ({ subscriptions }) => {
  const refuse = () => {
    throw FileSystemError.NoPermissions();
  };
  const fileAt = (uri) => {
    const content = files.get(uri.path);
    if (content === undefined) throw FileSystemError.FileNotFound(uri);
    return content;
  };
  const provider = {
    onDidChangeFile: new EventEmitter().event,
    watch: () => ({ dispose: () => {} }),
    stat: (uri) =>
      uri.path === '/tides'
        ? { type: FileType.Directory, ctime: 0, mtime: 0, size: 0 }
        : { type: FileType.File, ctime: 0, mtime: 0, size: fileAt(uri).length },
    readDirectory: () => [...files.keys()].map((path) => [path.split('/').at(-1), FileType.File]),
    readFile: fileAt,
    createDirectory: refuse,
    writeFile: refuse,
    delete: refuse,
    rename: refuse,
  };
  subscriptions.push(
    workspace.registerFileSystemProvider('nihilo-test', provider, {
      isCaseSensitive: true,
      isReadonly: true,
    }),
  );
};
