// Long work that lets others have their turn.

/** Milliseconds that work goes on before others have their turn: short beside the 50 that make a page feel stuck. */
const TURN = 12;

/** Makes a function to await between two pieces of work; it only waits where enough time has passed. */
export function takingTurns(signal: AbortSignal | undefined): () => Promise<void> {
  let began = performance.now();
  return async () => {
    if (performance.now() - began < TURN) return;
    await nextTurn();
    signal?.throwIfAborted();
    began = performance.now();
  };
}

/** By a message, because timers of a page that is not seen wait for a second. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    // Types of Node do not know that a port has this
    Object.assign(port1, {
      onmessage() {
        port1.close();
        resolve();
      },
    });
    port2.postMessage(0);
  });
}
