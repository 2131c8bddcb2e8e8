const syllables = 'ba ko mi ru se ta lo ni ga pu fe zo du ve wi ra ho ke ly mo'.split(' ');

const birds = syllables.flatMap((a, i) =>
  syllables.slice(i + 1).map((b, j) => `${a[0]!.toUpperCase()}${a.slice(1)}${b}${syllables[(i + j) % 20]!}`),
);

/** Each name is defined in a file of its own and used once elsewhere, where nothing tells which one it will be: text by path. */
export function birdFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>(
    birds.map((bird) => [`birds/${bird}.ts`, `export class ${bird} {\n  wings = 2;\n}\n`]),
  );
  for (let i = 0; i + 4 <= birds.length; i += 4) {
    const uses = birds.slice(i, i + 4).map((bird) => `  release(new ${bird}());\n  rest(2);\n`);
    files.set(`use${i}.ts`, `export function flock${i}(): void {\n${uses.join('')}}\n`);
  }
  return files;
}
