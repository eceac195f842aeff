// Lists that are read page by page.

import { hint, element } from "./elements.js";
import { attempt } from "./problem.js";
import { read } from "./request.js";
import { signal } from "./view.js";

/** `load` begins anew; the button goes on from where the last answer ended. */
export class List {
  #path = null;
  #next = null;

  constructor(place, more, render) {
    Object.assign(this, { place, more, render });
    more.addEventListener("click", () => attempt(() => this.#goOn()));
  }

  async load(path, nothing) {
    [this.#path, this.#next] = [path, null];
    const items = await this.#read();
    if (items === null) return;
    const none = element("li", {}, hint(nothing));
    this.place.replaceChildren(...(items.length > 0 ? items : [none]));
  }

  clear() {
    this.#path = null;
    this.place.replaceChildren();
    this.more.hidden = true;
  }

  async #goOn() {
    const items = (await this.#read()) ?? [];
    this.place.append(...items);
    items[0]?.setAttribute("tabindex", "-1");
    items[0]?.focus(); // the button may be gone, and this is what was asked for
  }

  /** The next items; null if meanwhile something else was asked for. */
  async #read() {
    const path = this.#path;
    const after = this.#next === null ? "" : `${path.includes("?") ? "&" : "?"}after=${encodeURIComponent(this.#next)}`;
    const page = await read(path + after, { signal: signal() });
    if (path !== this.#path) return null;
    this.#next = page.next;
    this.more.hidden = page.next === null;
    return page.items.map(this.render);
  }
}
