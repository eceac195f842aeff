// The docs: /openapi.json, made readable. It comes from the code, so this does too. No library, nothing from elsewhere.

import { element, id } from "./app/elements.js";

const code = (text) => element("code", {}, text);
const named = (reference) => reference.split("/").at(-1);
const anchor = (text) => text.replaceAll(/[^A-Za-z0-9]+/g, "-").replaceAll(/^-|-$/g, "").toLowerCase();

let components = {};

/** What a reference stands for. */
function resolved(thing) {
  if (!thing?.$ref) return thing ?? {};
  return thing.$ref.slice(2).split("/").reduce((inside, part) => inside?.[part], { components }) ?? {};
}

/** A type in a few words; what has a name is a link to it. */
function type(schema = {}) {
  if (schema.$ref) return [element("a", { href: `#schema-${anchor(named(schema.$ref))}` }, named(schema.$ref))];
  const several = schema.oneOf ?? schema.anyOf ?? schema.allOf;
  if (several) return several.flatMap((one, place) => (place > 0 ? [" or ", ...type(one)] : type(one)));
  if (schema.enum) return schema.enum.flatMap((one, place) => (place > 0 ? [" | ", code(JSON.stringify(one))] : [code(JSON.stringify(one))]));
  if ("const" in schema) return [code(JSON.stringify(schema.const))];
  if (schema.type === "array" || schema.items) return ["list of ", ...type(schema.items)];
  return [[schema.type ?? "anything"].flat().join(" or "), schema.format ? ` (${schema.format})` : ""];
}

/** The bounds of a value. */
function bounds({ minimum, maximum, minLength, maxLength, pattern, default: usual } = {}) {
  const texts = [];
  if (minimum !== undefined) texts.push(`from ${minimum}`);
  if (maximum !== undefined) texts.push(`to ${maximum}`);
  if (minLength !== undefined) texts.push(`at least ${minLength} characters`);
  if (maxLength !== undefined) texts.push(`at most ${maxLength} characters`);
  if (pattern !== undefined) texts.push(`like ${pattern}`);
  if (usual !== undefined) texts.push(`default ${JSON.stringify(usual)}`);
  return texts.length > 0 ? `, ${texts.join(" ")}` : "";
}

function properties(schema, required = schema.required ?? []) {
  const rows = Object.entries(schema.properties ?? {}).map(([name, property]) =>
    element("li", {}, code(name), " ", ...type(property), bounds(property), required.includes(name) ? ", required" : "",
      property.description ? element("p", { className: "hint" }, property.description) : null));
  return rows.length > 0 ? element("ul", { className: "deep" }, ...rows) : null;
}

/** Everything about a schema: its type, its properties, its alternatives. */
function whole(schema) {
  const several = schema.oneOf ?? schema.anyOf ?? schema.allOf ?? [];
  const inside = several.map((one) => element("li", {}, ...type(one), one.description ? ` ${one.description}` : "", properties(one)));
  const own = schema.properties ? null : element("p", {}, ...type(schema), bounds(schema));
  return [several.length > 0 ? element("ul", { className: "deep" }, ...inside) : own, properties(schema)];
}

function parameter(given) {
  const { name, in: where, required, schema, description } = resolved(given);
  return element("li", {}, code(name), ` in the ${where}, `, ...type(schema), bounds(schema), required ? ", required" : "",
    description ? element("p", { className: "hint" }, description) : null);
}

function answer([status, given]) {
  const response = resolved(given);
  const bodies = Object.entries(response.content ?? {}).flatMap(([media, { schema }]) => [" ", code(media), " ", ...(schema ? type(schema) : [])]);
  const headers = Object.keys(response.headers ?? {}).flatMap((name) => [" ", code(name)]);
  return element("li", {}, code(status), ` ${response.description ?? ""}`, ...bodies, ...(headers.length > 0 ? [" headers:", ...headers] : []));
}

function part(title, items) {
  return items.length > 0 ? [element("h4", {}, title), element("ul", { className: "deep" }, ...items)] : [];
}

/** A line for a terminal that does it. */
function curl(method, path, operation) {
  const line = ["curl"];
  if (method !== "get") line.push("-X", method.toUpperCase());
  if (path.startsWith("/v1/")) line.push("-H 'Authorization: Bearer KEY'");
  const schema = resolved(operation.requestBody).content?.["application/json"]?.schema;
  if (schema) line.push("-H 'Content-Type: application/json'", `-d '${JSON.stringify(example(resolved(schema)))}'`);
  return [...line, `'${location.origin}${path.replaceAll(/\{(\w+)\}/g, (_, name) => name.toUpperCase())}'`].join(" ");
}

/** The least that a body can be. */
function example(schema) {
  if (schema.example !== undefined) return schema.example;
  const needed = (schema.required ?? []).map((name) => [name, schema.properties?.[name] ?? {}]);
  const value = (name, { default: usual, type: kind, minimum }) => {
    if (usual !== undefined) return usual;
    return [kind].flat().includes("integer") ? (minimum ?? 1) : name === "url" ? "https://example.org/" : "...";
  };
  return Object.fromEntries(needed.map(([name, property]) => [name, value(name, property)]));
}

function endpoint(method, path, operation) {
  const { summary, description, parameters = [], requestBody, responses = {} } = operation;
  const about = [...new Set([summary, description])].filter(Boolean).map((text) => element("p", {}, text));
  const bodies = Object.entries(resolved(requestBody).content ?? {});
  const body = bodies.map(([media, { schema }]) => element("li", {}, code(media), " ", ...type(schema)));
  return element("section", { className: "operation" },
    element("h3", { id: anchor(`${method} ${path}`) }, element("span", { className: "method" }, method.toUpperCase()), ` ${path}`),
    ...about, ...part("Parameters", parameters.map(parameter)), ...part("Body", body),
    ...part("Answers", Object.entries(responses).map(answer)), element("pre", {}, curl(method, path, operation)));
}

function draw(api) {
  components = api.components ?? {};
  id("about").textContent = [api.info?.title, api.info?.version, api.info?.description].filter(Boolean).join(" · ");
  const methods = ["get", "post", "put", "patch", "delete"];
  const groups = new Map();
  for (const [path, item] of Object.entries(api.paths ?? {})) {
    const shared = item.parameters ?? [];
    for (const method of methods.filter((method) => item[method])) {
      const operation = { ...item[method], parameters: [...shared, ...(item[method].parameters ?? [])] };
      const group = operation.tags?.[0] ?? "endpoints";
      groups.set(group, [...(groups.get(group) ?? []), [method, path, operation]]);
    }
  }
  for (const [group, operations] of groups) {
    id("endpoints").append(element("div", { className: "head" }, element("h2", {}, group)), ...operations.map((one) => endpoint(...one)));
    id("contents").append(...operations.map(([method, path]) =>
      element("li", {}, element("a", { href: `#${anchor(`${method} ${path}`)}` }, `${method.toUpperCase()} ${path}`))));
  }
  for (const [name, schema] of Object.entries(components.schemas ?? {})) {
    const about = schema.description ? element("p", {}, schema.description) : null;
    const title = element("h3", { id: `schema-${anchor(name)}` }, name);
    id("schema-list").append(...[element("section", { className: "operation" }, title, about, ...whole(schema).filter(Boolean))]);
  }
  id("contents").append(...["schemas", "problems"].map((name) => element("li", {}, element("a", { href: `#${name}` }, name))));
}

/** What the address names: a part of the page, or a problem (/problems/NAME). */
function goTo() {
  const problem = location.pathname.match(/^\/problems\/([a-z-]+)$/);
  if (problem && !location.hash) location.hash = `problem-${problem[1]}`;
  else if (location.hash) id(location.hash.slice(1))?.scrollIntoView();
}

try {
  const response = await fetch("/openapi.json");
  if (!response.ok) throw new Error(`Status ${response.status}`);
  draw(await response.json());
} catch (error) {
  id("problem").append(element("div", { className: "problem" }, element("strong", {}, "The list of endpoints could not be read"), element("p", {}, error.message)));
}
goTo();
