// A small client of the platform, made from the public protos alone.
import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

const protos = fileURLToPath(new URL('../../protos', import.meta.url));
const files = ['generation', 'experts'].map((name) => `transformer2/v1/${name}.proto`);
const definition = protoLoader.loadSync(files, { includeDirs: [protos], keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true });
const { transformer2 } = grpc.loadPackageDefinition(definition);
const chunkBytes = 256 * 1024; // the platform takes chunks of up to 1 MiB

export class Platform {
  /** @param {string} address host:port of the gRPC endpoint
   *  @param {string} key a tenant's API key */
  constructor(address, key) {
    const channel = grpc.credentials.createInsecure();
    this.generation = new transformer2.v1.GenerationService(address, channel);
    this.experts = new transformer2.v1.ExpertService(address, channel);
    this.metadata = new grpc.Metadata();
    this.metadata.set('authorization', `Bearer ${key}`);
  }

  /** All experts of the tenant, page by page. */
  async *list() {
    let page_token = '';
    do {
      const page = await new Promise((resolve, reject) => this.experts.ListExperts(
        { page_token }, this.metadata, (error, response) => (error ? reject(error) : resolve(response))));
      yield* page.experts;
      page_token = page.next_page_token;
    } while (page_token);
  }

  /** Uploads an expert file: metadata first, then the file in chunks. */
  upload(path, expert_id) {
    return new Promise((resolve, reject) => {
      const call = this.experts.UploadExpert(
        this.metadata, (error, response) => (error ? reject(error) : resolve(response.expert)));
      call.write({ metadata: { expert_id } });
      const file = createReadStream(path, { highWaterMark: chunkBytes });
      file.on('error', (error) => { call.cancel(); reject(error); });
      file.on('data', (chunk) => {
        if (!call.write({ chunk })) {
          file.pause();
          call.once('drain', () => file.resume());
        }
      });
      file.on('end', () => call.end());
    });
  }

  /** Starts an answer. The call yields the events as they come (for await), and has cancel(). */
  generate(prompt, { expert, maxTokens } = {}) {
    return this.generation.Generate({
      messages: { messages: [{ role: 'user', content: prompt }] },
      selection: expert ? { expert: { name: expert } } : { base: {} },
      max_tokens: maxTokens ?? 0,
    }, this.metadata);
  }

  close() {
    this.generation.close();
    this.experts.close();
  }
}

export const { status } = grpc;
