// Lists the backup policies of a cluster from JavaScript: the protocol crate, compiled to WebAssembly, builds the request and
// reads the response; `fetch` sends it.
//
//   cargo build -p sf-backup-proto --example wasm --target wasm32-wasip1
//   sf-backup sim &
//   node --no-warnings wasm.mjs target/wasm32-wasip1/debug/examples/wasm.wasm http://localhost:19080
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WASI } from 'node:wasi';

const [program, endpoint] = process.argv.slice(2);
const module = await WebAssembly.compile(readFileSync(program));

// Runs the program with arguments and input; returns what it prints.
async function run(args, input = '') {
  const folder = mkdtempSync(join(tmpdir(), 'sf-backup-'));
  try {
    writeFileSync(join(folder, 'in'), input);
    const stdin = openSync(join(folder, 'in'), 'r');
    const stdout = openSync(join(folder, 'out'), 'w');
    const wasi = new WASI({ version: 'preview1', args: ['wasm', ...args], stdin, stdout, returnOnExit: true });
    const code = wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));
    closeSync(stdin);
    closeSync(stdout);
    if (code) throw new Error(`the program ended with ${code}`);
    return JSON.parse(readFileSync(join(folder, 'out'), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const { method, url } = await run(['request', endpoint]);
const response = await fetch(url, { method });
const names = await run(['response', `${response.status}`], await response.text());
console.log(names.join('\n'));
