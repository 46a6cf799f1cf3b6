// The review desk's keys, and what must happen around htmx: focus, cancelling, and pages that say what went wrong.
// Without it every form still works.
(() => {
  "use strict";

  const OFF = "aitia-review-keys-off";
  const desk = document.querySelector("[data-desk]");
  const dialog = document.querySelector("[data-keys]");
  const claims = () => [...document.querySelectorAll(".claim")];
  let here = null;
  let isDirty = false;

  const areOn = () => {
    try { return localStorage.getItem(OFF) !== "yes"; } catch { return true; }
  };

  const turn = (on) => {
    try { if (on) localStorage.removeItem(OFF); else localStorage.setItem(OFF, "yes"); } catch { /* not kept */ }
  };

  const stand = (claim) => {
    if (!claim) return;
    claims().forEach((one) => one.removeAttribute("data-here"));
    claim.setAttribute("data-here", "");
    here = claim.id;
    claim.focus({ preventScroll: true });
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    claim.scrollIntoView({ block: "start", behavior: still ? "auto" : "smooth" });
  };

  const current = () => {
    const within = document.activeElement && document.activeElement.closest(".claim");
    return within || (here && document.getElementById(here)) || null;
  };

  const step = (by) => {
    const all = claims();
    const at = all.indexOf(current());
    stand(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))]);
  };

  const nextUnmarked = () => {
    const all = claims();
    const at = all.indexOf(current());
    const rest = [...all.slice(at + 1), ...all.slice(0, at + 1)];
    stand(rest.find((one) => !one.dataset.mine || one.dataset.mine === "carried"));
  };

  const press = (key) => {
    const claim = current();
    const control = claim && claim.querySelector(`[data-key="${key}"]`);
    if (control) { here = claim.id; control.click(); }
  };

  const isTyping = (target) =>
    target instanceof Element && target.closest("input, textarea, select, [contenteditable], dialog[open]") !== null;

  if (desk) {
    document.addEventListener("keydown", (event) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (isTyping(event.target) || !areOn()) return;
      if (event.key === "j") step(1);
      else if (event.key === "k") step(-1);
      else if (event.key === "n") nextUnmarked();
      else if (event.key === "s") { const sign = document.getElementById("sign"); if (sign) { sign.focus(); sign.scrollIntoView(); } }
      else if (event.key === "?" && dialog) dialog.showModal();
      else if ("acrpme".includes(event.key) && event.key.length === 1) press(event.key);
      else return;
      event.preventDefault();
    });
  }

  if (dialog) {
    const opener = document.querySelector("[data-keys-open]");
    const box = dialog.querySelector("[data-keys-on]");
    if (opener) {
      opener.hidden = false;
      opener.addEventListener("click", () => dialog.showModal());
    }
    box.checked = areOn();
    box.addEventListener("change", () => turn(box.checked));
  }

  // A form that is open in a row is closed, and the focus goes back to the statement.
  document.addEventListener("click", (event) => {
    const cancel = event.target instanceof Element && event.target.closest("[data-cancel]");
    const slot = cancel && cancel.closest(".claim-slot");
    if (!slot) return;
    event.preventDefault();
    slot.replaceChildren();
    slot.closest(".claim").focus();
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const target = event.detail.target || event.target;
    if (target.classList && target.classList.contains("claim-slot")) {
      const first = target.querySelector("textarea, input:not([type=hidden])");
      if (first) first.focus();
    }
  });

  // A row that was replaced keeps the focus that was in it.
  document.addEventListener("htmx:afterSwap", (event) => {
    const config = event.detail.requestConfig;
    const id = config && config.target && config.target.id;
    const row = id && document.getElementById(id);
    if (row && row.classList.contains("claim")) {
      if (here === row.id) row.setAttribute("data-here", "");
      const wrong = row.querySelector("[aria-invalid]");
      if (wrong) wrong.focus(); else row.focus({ preventScroll: true });
    }
  });

  // A wrong field comes back with its row; any other trouble is a page of its own, and takes the place of this one.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const status = event.detail.xhr.status;
    if (status < 400) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    if (status === 422) return;
    const main = document.getElementById("main");
    event.detail.target = main;
    event.detail.swapOverride = "outerHTML show:window:top";
    event.detail.selectOverride = "#main";
    isDirty = false;
  });

  // Nobody loses what they have typed by leaving the page.
  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea")) isDirty = true;
  });
  document.addEventListener("submit", () => { isDirty = false; });
  window.addEventListener("beforeunload", (event) => {
    const typed = isDirty && [...document.querySelectorAll("textarea")].some((one) => one.value !== one.defaultValue);
    if (typed) event.preventDefault();
  });
})();
