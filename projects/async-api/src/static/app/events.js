// Event streams, read with fetch: a browser's EventSource could send no key.

import { say } from "./elements.js";
import { call } from "./request.js";

/** Hands on each event of the stream until `over()`, however often the connection breaks. */
export async function follow(path, signal, happened, over) {
  let last = 0;
  for (let wait = 1000; !signal.aborted; wait = Math.min(2 * wait, 15000)) {
    try {
      const response = await call(path, { signal, headers: last > 0 ? { "Last-Event-ID": String(last) } : {} });
      if (response.status === 204) return;
      for await (const event of messages(response.body)) {
        [last, wait] = [event.number, 1000];
        happened(event);
      }
      // Only now: an audit that was tried again has had an end before.
      if (over()) return;
    } catch (problem) {
      if (signal.aborted) return;
      const forGood = problem.status >= 400 && problem.status < 500 && problem.status !== 429;
      if (forGood) throw problem;
      say("The connection is lost. Trying again.");
    }
    await pause(wait, signal);
  }
}

async function* messages(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const ended = (text + part.value).split(/\r?\n\r?\n/);
    text = ended.pop();
    for (const message of ended) {
      const data = message.split(/\r?\n/).filter((line) => line.startsWith("data:")).map((line) => line.slice(5));
      if (data.length > 0) yield JSON.parse(data.join("\n")); // else it is a comment that keeps the connection alive
    }
  }
}

/** Waits, at most until the signal. */
export function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}
