// Passkeys: the browser makes or finds one, the server checks it. Without them the buttons stay away.
import { browserSupportsWebAuthn, startAuthentication, startRegistration } from "@simplewebauthn/browser";

async function send(path, fields) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  const response = await fetch(path, { method: "POST", body, headers: { Accept: "application/json" } });
  if (response.redirected) {
    location.assign(response.url); // the password is asked for first
    return undefined;
  }
  const told = await response.json();
  if (!response.ok) throw new Error(told.fault ?? form.dataset.impossible);
  return told;
}

async function make(form, csrf) {
  const asked = await send("/account/passkey/ask", { csrf });
  if (!asked) return undefined;
  const made = await startRegistration({ optionsJSON: asked.options });
  const name = form.elements.name.value;
  return send("/account/passkey", { csrf, name, ticket: asked.ticket, answer: JSON.stringify(made) });
}

async function use(form) {
  const asked = await send("/sign-in/passkey/ask", {});
  const used = await startAuthentication({ optionsJSON: asked.options });
  const next = form.elements.next.value;
  return send("/sign-in/passkey", { next, ticket: asked.ticket, answer: JSON.stringify(used) });
}

const form = document.getElementById("passkey");
const words = document.getElementById("passkey-words");
if (form && browserSupportsWebAuthn()) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    words.textContent = "";
    try {
      const csrf = form.elements.csrf?.value;
      const told = await (csrf ? make(form, csrf) : use(form));
      if (told) location.assign(told.next);
    } catch (error) {
      if (error.name === "AbortError") return; // pressed once more: the later try speaks
      words.textContent = error.name === "NotAllowedError" ? form.dataset.none : error.message;
    }
  });
}
