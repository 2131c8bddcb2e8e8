// What the process of all extensions holds, after garbage is collected in its thread and in every thread that it has started.
const { Session } = require('node:inspector');

/** What is freed is given back to the system a little later, by other threads; and a training that saves holds for seconds what it writes. */
const [looks, msBetweenLooks] = [40, 250];

/** A thread that waits without looking at messages does not answer. */
const answerMs = 5_000;

/** Bytes: what is used of the heaps and behind their buffers, thread by thread, and what the system counts for the process. */
exports.memoryInUse = async () => {
  const session = new Session();
  session.connect();
  const threads = new Threads(session);
  try {
    await threads.find();
    const used = [];
    for (const ask of threads.all) {
      await ask('HeapProfiler.collectGarbage');
      const usage = await ask('Runtime.getHeapUsage');
      if (usage !== null) used.push(usage.usedSize + usage.backingStorageSize);
    }
    return { used, rss: await leastRss() };
  } finally {
    session.disconnect();
  }
};

async function leastRss() {
  let least = Infinity;
  for (let look = 0; look < looks; look++) {
    await new Promise((resolve) => setTimeout(resolve, msBetweenLooks));
    least = Math.min(least, process.memoryUsage().rss);
  }
  return least;
}

class Threads {
  #session;
  #ids = new Set();
  #answers = new Map();
  #lastId = 0;

  constructor(session) {
    this.#session = session;
    session.on('NodeWorker.attachedToWorker', ({ params }) => this.#ids.add(params.sessionId));
    session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
      const { id, result } = JSON.parse(params.message);
      this.#answers.get(id)?.(result);
    });
  }

  async find() {
    await this.#post('NodeWorker.enable', { waitForDebuggerOnStart: false });
    await new Promise((resolve) => setTimeout(resolve, 200));
  }

  /** For each thread, how it is asked. */
  get all() {
    return [(method) => this.#post(method), ...[...this.#ids].map((id) => (method) => this.#ask(id, method))];
  }

  #post(method, params = {}) {
    return new Promise((resolve, reject) => {
      this.#session.post(method, params, (error, result) => (error ? reject(error) : resolve(result)));
    });
  }

  #ask(sessionId, method) {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      setTimeout(() => resolve(null), answerMs).unref();
      void this.#post('NodeWorker.sendMessageToWorker', {
        sessionId,
        message: JSON.stringify({ id, method }),
      });
    });
  }
}
