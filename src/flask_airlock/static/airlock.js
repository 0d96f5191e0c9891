// Comforts only: every page is whole without this file, and buttons that need it are made here.

const button = (label, act) => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "al-tool";
  made.textContent = label;
  made.addEventListener("click", () => act(made));
  return made;
};

for (const box of document.querySelectorAll("[data-reveal]")) {
  const input = box.querySelector("input");
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    toggle.setAttribute("aria-pressed", String(shown));
  };
  const toggle = button(box.dataset.reveal, () => show(input.type === "password"));
  toggle.setAttribute("aria-label", box.dataset.revealLabel);
  toggle.setAttribute("aria-controls", input.id);
  show(false);
  box.append(toggle);
  // A browser remembers what was typed into a text field, but not a password.
  input.form.addEventListener("submit", () => show(false));
}

// A second click on a button would throw away the answer to the first one, with its cookies.
const IMPATIENCE_MS = 10_000;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.closest(".airlock")) return;
  if (form.hasAttribute("data-sent")) {
    event.preventDefault();
    return;
  }
  const forget = () => form.removeAttribute("data-sent");
  form.setAttribute("data-sent", "");
  // An answer that never comes, or a way back to this page: it can be sent again.
  setTimeout(forget, IMPATIENCE_MS);
  addEventListener("pageshow", forget, { once: true });
});

const addCopyButton = (place, text, { copyLabel, copyDone }) => {
  const heard = document.createElement("span");
  heard.className = "al-unseen";
  heard.setAttribute("role", "status");
  const copy = button(copyLabel, async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      return;
    }
    copy.textContent = heard.textContent = copyDone;
    setTimeout(() => {
      copy.textContent = copyLabel;
      heard.textContent = "";
    }, 2000);
  });
  place.append(copy, heard);
};

// Absent where the page came over plain http from another machine.
if (navigator.clipboard) {
  for (const key of document.querySelectorAll("[data-copy]")) {
    addCopyButton(key, key.dataset.copy, key.dataset);
  }
  for (const letter of document.querySelectorAll("[data-letter]")) {
    const code = letter.textContent.match(/^(?:@\S+ #)?(\d{6,10})$/m);
    if (code) {
      addCopyButton(letter.parentElement.querySelector("header"), code[1], letter.dataset);
    }
  }
}

for (const place of document.querySelectorAll("[data-print]")) {
  place.append(button(place.dataset.print, () => print()));
}
