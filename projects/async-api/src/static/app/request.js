// Requests to the service, with the API key where it wants one.

import { id } from "./elements.js";
import { Problem } from "./problem.js";

/** The response, if it is a good one; else throws the problem. */
export async function call(path, { method = "GET", body, headers = {}, signal } = {}) {
  const key = sessionStorage.getItem("key");
  if (key) headers.Authorization = `Bearer ${key}`;
  if (body) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, { method, headers, signal, body: body && JSON.stringify(body) });
  } catch (error) {
    throw error.name === "AbortError" ? error : new Problem(0, { detail: "Is the network there?" });
  }
  if (response.ok) return response;
  const answer = await response.json().catch(() => ({ title: `Status ${response.status}` }));
  if (response.status === 401) askForKey();
  throw new Problem(response.status, answer, Number(response.headers.get("Retry-After")) || 0);
}

export const read = async (path, options) => (await call(path, options)).json();

/** The path with those parameters that say something. */
export function query(path, parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== "" && value !== false);
  return given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path;
}

function askForKey() {
  id("key").hidden = false;
  id("key-field").focus();
}

id("key").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem("key", id("key-field").value.trim());
  id("key").reset();
  id("key").hidden = true;
  window.dispatchEvent(new Event("hashchange")); // what was refused is asked again
});

id("forget").addEventListener("click", () => {
  sessionStorage.removeItem("key");
  location.assign("/");
});
