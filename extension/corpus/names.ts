import type { FileEntry } from '../platform/platform.ts';
import type { LeftOutReason } from '../protocol/corpus.ts';

function names(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

/** Names in lower case. */
const folderNames: readonly (readonly [LeftOutReason, ReadonlySet<string>])[] = [
  ['versionControl', names('.git .hg .svn .bzr .jj .sl .pijul _darcs cvs .fossil')],
  ['secret', names('.ssh .gnupg .aws .azure .gcloud .kube .docker .secrets secrets .password-store')],
  [
    'dependency',
    names(`node_modules bower_components jspm_packages web_modules .yarn .pnpm-store vendor vendors vendored third_party
      third-party thirdparty 3rdparty .venv venv virtualenv site-packages .tox .nox .eggs pods carthage .gradle .m2 .cargo
      elm-stuff .bundle .pub-cache .dart_tool .stack-work .cabal-sandbox`),
  ],
  [
    'generated',
    names(`__pycache__ .mypy_cache .pytest_cache .ruff_cache .cache .parcel-cache .turbo .next .nuxt .svelte-kit .angular
      .terraform .nyc_output .ipynb_checkpoints .vs .vscode-test dist __snapshots__`),
  ],
];

/** Files in a folder that tell what all of it is. */
const folderMarkers: ReadonlyMap<string, LeftOutReason> = new Map([
  // https://bford.info/cachedir/
  ['CACHEDIR.TAG', 'generated'],
  // a Python virtual environment, whatever its name
  ['pyvenv.cfg', 'dependency'],
  // a trained model, such as our own
  ['trainer_state.json', 'generated'],
  // how far one is trusted, which lies beside it
  ['mixture.safetensors', 'generated'],
]);

const lockFiles =
  names(`package-lock.json npm-shrinkwrap.json pnpm-lock.yaml bun.lockb go.sum go.work.sum gradle.lockfile
  packages.lock.json package.resolved .terraform.lock.hcl cabal.project.freeze stack.yaml.lock module.bazel.lock`);

const secretExtensions =
  names(`pem key p8 p12 pkcs12 pfx jks jceks keystore bks kdb kdbx ppk gpg pgp asc ovpn keychain
  keychain-db agekey env envrc tfstate tfvars kubeconfig mobileprovision`);

/** Matched against names in lower case. Where a name may mean a secret, it is taken for one. */
const secretNames: readonly RegExp[] = [
  // .env, .env.local, .env.example, .envrc
  /^\.env/,
  /^\.dev\.vars/,
  // env.production, env.local.bak, but not env.ts
  /^env\.(prod|production|dev|devel|development|stag(e|ing)|test|testing|local|qa|uat|ci|preview|example|sample|template|dist)(\.(local|bak|old))?$/,
  // id_rsa, id_ed25519.pub, id_deploy; code of such a name goes with them
  /^id_/,
  /^[._](npmrc|netrc|pypirc|pgpass|my\.cnf|mylogin\.cnf|htpasswd|git-credentials|dockercfg|dockerconfigjson|s3cfg|boto|terraformrc|vault-token|p4tickets|fetchmailrc|msmtprc|authinfo|yarnrc|yarnrc\.yml)$/,
  /^(ht)?passwd$|^shadow$|^authorized_keys|^known_hosts/,
  /^\.?credentials/,
  /^\.?(secrets?|passwords?|tokens?|apikeys?|api[-_]keys?)([._-].*)?(\.(json|ya?ml|toml|ini|conf|cfg|properties|txt|xml))$/,
  /^\.?(secrets?|passwords?)$/,
  /^(client[-_]secret|service[-_]?account|firebase-adminsdk).*\.json$/,
  /^google-services\.json$|^googleservice-info\.plist$/,
  /^wp-config\.php$|^local\.settings\.json$|^kubeconfig/,
  // where editors upload to, with the passwords; Ansible's vaults, Databricks, rclone, Composer
  /^s?ftp(-config)?\.json$|^\.ftpconfig$|^\.?vault[-_]pass(word)?(\.|$)|^\.databrickscfg$|^rclone\.conf$|^auth\.json$/,
  /_history$/,
  /\.(tfstate|tfvars|env|key|pem)\./,
];

const generatedNames: readonly RegExp[] = [
  /\.(map|snap|pb\.(go|cc|h)|pb\.gw\.go|g\.dart|freezed\.dart|g\.cs|g\.i\.cs|designer\.cs|tsbuildinfo)$/,
  /_pb2(_grpc)?\.pyi?$|_pb\.(js|d\.ts|ts)$|_grpc_pb\.js$/,
  /[._-]generated\.[^.]+$/,
  /^zz_generated/,
  // the vocabulary of a language model, which lies beside exported weights and shards, too
  /^tokenizer\.json$/,
];

const minifiedName = /[.-]min\.[^.]+$|\.(bundle|chunk)\.(js|mjs|cjs|css)$/;

const mediaExtensions = names(`
  png jpg jpeg jpe gif bmp ico icns webp avif heic heif tif tiff psd xcf ai eps svg svgz raw cr2 nef dng
  mp3 wav ogg oga flac aac m4a opus wma mid midi aiff mp4 m4v mkv mov avi webm wmv flv mpg mpeg 3gp
  ttf otf woff woff2 eot pfb
  zip gz tgz bz2 tbz xz txz zst lz4 lzma 7z rar tar jar war ear whl egg nupkg vsix crx apk aab ipa deb rpm dmg iso img
  exe dll so dylib a o obj lib pdb class pyc pyo pyd wasm node bin dat elc beam hi ko
  pdf doc docx xls xlsx ppt pptx odt ods odp rtf pages numbers epub mobi
  csv tsv parquet arrow feather orc avro jsonl ndjson geojson topojson sqlite sqlite3 db mdb rdb dump npy npz pkl pickle h5
  hdf5 mat rds rdata safetensors onnx pt pth ckpt gguf tflite tfrecord ipynb log out err trace har
  crt cer der csr crl p7b stl glb gltf fbx blend dae ply wav dwg dxf shp pcap ds_store`);

/** @param name of a folder */
export function folderNameReason(name: string): LeftOutReason | null {
  const lower = name.toLowerCase();
  return folderNames.find(([, known]) => known.has(lower))?.[0] ?? null;
}

/** Whether a file, or a folder that it lies in, is named as secrets are. @param path with forward slashes */
export function isNamedSecret(path: string): boolean {
  const [name, ...folders] = path.split('/').toReversed();
  return (
    fileNameReason(name!) === 'secret' || folders.some((folder) => folderNameReason(folder) === 'secret')
  );
}

/** What a folder is by what lies in it. */
export function folderContentReason(entries: readonly FileEntry[]): LeftOutReason | null {
  for (const { name } of entries) {
    const reason = folderMarkers.get(name);
    if (reason !== undefined) return reason;
  }
  return null;
}

/** What a file is by its name. */
export function fileNameReason(name: string): LeftOutReason | null {
  const lower = name.toLowerCase();
  // In a linked worktree and a submodule it is a file.
  if (lower === '.git') return 'versionControl';
  const extension = lower.includes('.') ? lower.slice(lower.lastIndexOf('.') + 1) : '';
  if (secretExtensions.has(extension) || secretNames.some((pattern) => pattern.test(lower))) return 'secret';
  if (lockFiles.has(lower) || lower.endsWith('.lock')) return 'lockFile';
  if (generatedNames.some((pattern) => pattern.test(lower))) return 'generated';
  if (minifiedName.test(lower)) return 'minified';
  return mediaExtensions.has(extension) || lower === 'thumbs.db' ? 'media' : null;
}
