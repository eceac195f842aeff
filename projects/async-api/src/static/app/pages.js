// The pages of an audit, and small pictures of their images.

import { counted, element, hint, id, link, number, size } from "./elements.js";
import { List } from "./list.js";
import { attempt } from "./problem.js";
import { call, query } from "./request.js";
import { signal } from "./view.js";

const pages = new List(id("pages"), id("pages-more"), row);
const which = () => location.hash.slice(1);

export function clear() {
  id("pages-box").open = false;
  pages.clear();
}

/** Reads them again, if they are looked at. */
export async function refresh() {
  if (!id("pages-box").open) return;
  const filter = { contains: id("contains").value.trim(), broken: id("broken").checked };
  await pages.load(query(`/v1/audits/${which()}/pages`, filter), "There are none.");
}

id("pages-box").addEventListener("toggle", () => attempt(refresh));

id("pages-filter").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(refresh);
});

function row(page) {
  const facts = [page.status ?? page.problem ?? "no answer", `${number(page.total_ms)} ms`, size(page.bytes)];
  const leads = page.redirect ? element("p", { className: "hint" }, "leads to ", link(page.redirect)) : null;
  const title = page.title ? element("p", {}, page.title) : null;
  return element("li", {}, link(page.url), title, hint(facts.join(" · ")), leads, images(page));
}

function images(page) {
  if (page.images.length === 0) return null;
  const shown = element("div", { className: "images" });
  const box = element("details", {}, element("summary", {}, counted(page.images.length, "image")), shown);
  const thumbnails = `/v1/audits/${which()}/pages/${page.number}/images`;
  box.addEventListener("toggle", async () => {
    const ours = signal();
    for (const [place, address] of page.images.entries()) {
      if (ours.aborted) return;
      // One after the other: the service has few threads for pictures.
      const picture = await thumbnail(`${thumbnails}/${place}/thumbnail`, ours);
      shown.append(element("figure", {}, picture, element("figcaption", {}, link(address))));
    }
  }, { once: true });
  return box;
}

/** The picture, or why there is none. It is drawn, since an image's address could carry no key. */
async function thumbnail(path, signal) {
  try {
    const response = await call(path, { signal });
    const bitmap = await createImageBitmap(await response.blob());
    const canvas = element("canvas", { width: bitmap.width, height: bitmap.height, role: "img", ariaLabel: "thumbnail" });
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
    return canvas;
  } catch (problem) {
    return hint(problem.detail ?? problem.message);
  }
}
