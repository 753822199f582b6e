// node t2.mjs list | upload FILE ID | generate PROMPT [EXPERT] | cancel PROMPT
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { Platform, status } from './platform.mjs';

const address = process.env.T2_ADDRESS ?? '127.0.0.1:8081';
const platform = new Platform(address, process.env.T2_API_KEY ?? developmentKey());
const [command, ...args] = process.argv.slice(2);

try {
  switch (command) {
    case 'list':
      for await (const expert of platform.list()) console.log(`${expert.expert_id}\t${expert.digest}`);
      break;
    case 'upload':
      console.log((await platform.upload(args[0], args[1])).name);
      break;
    case 'generate':
      await print(platform.generate(args[0], { expert: args[1] }));
      break;
    case 'cancel':
      await cancel(platform.generate(args[0], { maxTokens: 65536 }));
      break;
    default:
      console.error('usage: node t2.mjs list | upload FILE ID | generate PROMPT [EXPERT] | cancel PROMPT');
      process.exitCode = 2;
  }
} catch (error) {
  console.error(`${status[error.code] ?? 'ERROR'}: ${error.details ?? error.message}`);
  process.exitCode = 1;
} finally {
  platform.close();
}

async function print(call) {
  for await (const event of call) {
    if (event.delta) process.stdout.write(event.delta.text);
    if (event.completed) console.log(`\n[${event.completed.finish_reason}, ${event.completed.usage.completion_tokens} tokens]`);
  }
}

// Cancels as soon as there is text; the server frees the request's row at once.
async function cancel(call) {
  try {
    for await (const event of call) if (event.delta) call.cancel();
  } catch (error) {
    if (error.code !== status.CANCELLED) throw error;
    console.log('cancelled');
  }
}

// What an embedded server on this machine leaves in its data directory.
function developmentKey() {
  const data = process.env.T2__DataDirectory ?? join(import.meta.dirname, '../../.t2');
  return JSON.parse(readFileSync(join(data, 'dev-credentials.json'))).tenantKey;
}
