import { describe, expect, it } from 'vitest';
import { fileNameReason, folderContentReason, folderNameReason } from '../../extension/corpus/names.ts';

function list(text: string): string[] {
  return text.trim().split(/\s+/);
}

const files = {
  secret: `.env .env.local .env.example .ENV prod.env .envrc server.pem tls.key cert.p12 cert.pfx AuthKey.p8 app.jks
    id_rsa id_rsa.pub id_ed25519 id_ed25519.bak id_deploy id_ecdsa.old .npmrc .netrc _netrc .pypirc .pgpass .htpasswd
    .git-credentials credentials credentials.json credentials-prod.yml Credentials.xml vault.kdbx secret.json secrets.yml
    secrets-dev.yaml .secrets client_secret_123.json service-account.json serviceAccountKey.json my.tfvars
    terraform.tfstate terraform.tfstate.backup .bash_history google-services.json private.asc key.gpg passwords.txt
    api_keys.json tokens.toml .dockercfg server.key.bak env.production env.staging env.local env.production.local id_map.rs
    sftp.json sftp-config.json .ftpconfig .vault_pass vault_password.txt vault-pass.sh .databrickscfg rclone.conf auth.json`,
  lockFile: `package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lockb bun.lock deno.lock Cargo.lock poetry.lock
    Pipfile.lock uv.lock pdm.lock go.sum composer.lock Gemfile.lock mix.lock pubspec.lock Podfile.lock flake.lock
    gradle.lockfile packages.lock.json Package.resolved .terraform.lock.hcl MODULE.bazel.lock`,
  generated: `main.js.map app.test.ts.snap user.pb.go user_pb2.py user_pb2_grpc.py user.pb.h model.g.dart model.freezed.dart
    Form.Designer.cs zz_generated.deepcopy.go types.generated.ts schema_generated.rs tsconfig.tsbuildinfo tokenizer.json`,
  minified: `jquery.min.js style.min.css lib-min.js app.bundle.js vendor.chunk.mjs`,
  media: `logo.png photo.JPG icon.svg song.mp3 film.mp4 font.woff2 archive.zip tool.exe lib.so a.out Main.class mod.pyc app.wasm
    paper.pdf sheet.xlsx rows.csv rows.tsv data.jsonl db.sqlite3 array.npy model.safetensors notebook.ipynb debug.log
    Thumbs.db .DS_Store cert.crt`,
};

const kept =
  list(`main.ts index.js app.py lib.rs main.go Main.java a.c a.h README.md notes.txt Makefile Dockerfile .gitignore
  .editorconfig package.json tsconfig.json go.mod Cargo.toml pom.xml style.css page.html query.sql run.sh types.d.ts
  key.ts keys.go env.ts env.test.ts idMap.rs identity.py environment.prod.ts secret.ts secrets.py token.rs tokens.ts password.go
  history.ts lock.go locks.py min.js admin.ts generated.go snapshot.ts log.ts binary.rs out.ts key pem env log bin CHANGELOG
  .eslintrc.json .prettierrc pass.c credit.ts`);

describe('fileNameReason', () => {
  for (const [reason, text] of Object.entries(files)) {
    it.each(list(text))(`takes %s for ${reason}`, (name) => expect(fileNameReason(name)).toBe(reason));
  }

  it.each(kept)('keeps %s', (name) => expect(fileNameReason(name)).toBe(null));
});

const folders = {
  versionControl: '.git .svn .hg CVS',
  secret: '.ssh .aws .gnupg .kube secrets',
  dependency: 'node_modules bower_components vendor third_party .venv venv Pods site-packages',
  generated: '__pycache__ .mypy_cache .next dist',
};

describe('folderNameReason', () => {
  for (const [reason, text] of Object.entries(folders)) {
    it.each(list(text))(`takes %s for ${reason}`, (name) => expect(folderNameReason(name)).toBe(reason));
  }

  it.each(list('src lib test build out target env git vendored-tests .github .vscode coverage modules'))(
    'keeps %s',
    (name) => expect(folderNameReason(name)).toBe(null),
  );
});

describe('folderContentReason', () => {
  it('knows a Python environment, a tagged cache, a trained model and the trust in one by what lies in them', () => {
    expect(
      folderContentReason([
        { name: 'bin', type: 'folder' },
        { name: 'pyvenv.cfg', type: 'file' },
      ]),
    ).toBe('dependency');
    expect(folderContentReason([{ name: 'CACHEDIR.TAG', type: 'file' }])).toBe('generated');
    expect(folderContentReason([{ name: 'trainer_state.json', type: 'file' }])).toBe('generated');
    expect(folderContentReason([{ name: 'mixture.safetensors', type: 'file' }])).toBe('generated');
    expect(folderContentReason([{ name: 'main.ts', type: 'file' }])).toBe(null);
  });
});
