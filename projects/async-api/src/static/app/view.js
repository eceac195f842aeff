// What is looked at: the list of audits, or one of them. What a view has under way ends with it.

let current = new AbortController();

/** Aborted when something else is looked at. */
export const signal = () => current.signal;

export function begin() {
  current.abort();
  current = new AbortController();
  return current.signal;
}
