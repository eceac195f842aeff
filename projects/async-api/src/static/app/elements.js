// Elements, and values as people read them.
//
// Titles and addresses come from sites that nobody vouches for. They are only ever text: no script here makes HTML.

export const id = (name) => document.getElementById(name);

/** An element with these properties and children; texts stay texts. */
export function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter((child) => child !== null));
  return made;
}

export const hint = (text) => element("p", { className: "hint" }, text);

export const number = (value) => value.toLocaleString("en");

export const counted = (value, what) => `${number(value)} ${what}${value === 1 ? "" : "s"}`;

export function size(bytes) {
  if (bytes < 1000) return counted(bytes, "byte");
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export function time(moment) {
  const text = new Date(moment).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  return element("time", { dateTime: moment }, text);
}

/** An address as a link, if it is one that a browser may follow from here. */
export function link(address) {
  const parsed = URL.canParse(address) ? new URL(address) : null;
  if (!["http:", "https:"].includes(parsed?.protocol)) return element("span", { className: "address" }, address);
  const properties = { className: "address", href: parsed.href, rel: "noopener noreferrer nofollow", target: "_blank" };
  return element("a", properties, address);
}

/** Tells those who do not see the page what has changed on it. */
export function say(text) {
  id("status").textContent = text;
}
