// Lets long work yield to other tasks of a page.

/** Milliseconds of work before it yields: well below the 50 ms of a long task. */
const TURN = 12;

/** Makes a function to await between two pieces of work; it yields only if enough time has passed, and throws the reason of an aborted signal. */
export function takingTurns(signal: AbortSignal | undefined): () => Promise<void> {
  let began = performance.now();
  return async () => {
    if (performance.now() - began >= TURN) {
      await nextTurn();
      began = performance.now();
    }
    signal?.throwIfAborted();
  };
}

/** Yields by a message, because timers of a hidden page wait for a second. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    // Missing in Node's types of a port
    (port1 as unknown as { onmessage?: () => void }).onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}
