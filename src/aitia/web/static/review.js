// The review desk's keys, and what must happen around htmx: focus, cancelling, and pages that say what went wrong.
// Without it every form still works.
(() => {
  "use strict";

  const OFF = "aitia-review-keys-off";
  const desk = document.querySelector("[data-desk]");
  const dialog = document.querySelector("[data-keys]");
  const claims = () => [...document.querySelectorAll(".claim")];
  let here = null;

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
    if (control) { here = claim.id; control.click(); return; }
    // Nothing may be marked before conflicts are stated: the key leads there, instead of doing nothing.
    const declare = document.querySelector('.desk-part > form[action$="/declare"]');
    if (!declare) return;
    declare.scrollIntoView({ block: "center" });
    declare.querySelector("input[type=radio]").focus();
    document.getElementById("said").textContent = "State your conflicts before you mark.";
  };

  const isTyping = (target) =>
    target instanceof Element && target.closest("input, textarea, select, [contenteditable], dialog[open]") !== null;

  if (desk) {
    document.addEventListener("keydown", (event) => {
      const isSent = event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target instanceof HTMLTextAreaElement;
      if (isSent && event.target.form) {
        event.preventDefault();
        event.target.form.requestSubmit();
        return;
      }
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
      const first = target.querySelector("textarea");
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

  const typed = (but) =>
    [...document.querySelectorAll("textarea")].filter(
      (one) => !one.readOnly && one.value !== one.defaultValue && !(but && but.contains(one)),
    );

  // Says something at the form that could not be sent; what was typed stays in it.
  const say = (element, text, address, link) => {
    const place = element.closest("form") || element.closest(".claim") || element;
    const line = document.createElement("p");
    line.className = "error";
    line.setAttribute("role", "alert");
    line.append(text);
    if (address) {
      const anchor = Object.assign(document.createElement("a"), { href: address, target: "_blank", rel: "noopener" });
      anchor.append(link);
      line.append(" ", anchor);
    }
    place.querySelectorAll("p.error").forEach((one) => one.remove());
    place.append(line);
  };

  document.addEventListener("htmx:sendError", (event) => {
    say(event.target, "The service cannot be reached. Nothing was recorded, and nothing is lost: try again in a moment.");
  });

  // A wrong field comes back with its row. Any other trouble is a page of its own and takes the place of this one; what
  // was typed into other forms goes along.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target } = event.detail;
    if (target.classList.contains("flags-live")) return;
    if (new URL(xhr.responseURL || location.href, location.href).pathname === "/sign-in") {
      event.detail.shouldSwap = false;
      say(event.target, "Your session has ended. What you have typed is still here:", "/sign-in", "sign in in a new tab, then go on here.");
      return;
    }
    if (xhr.status < 400) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    if (xhr.status === 422) return;
    const others = typed(event.detail.requestConfig.elt.closest("form")).map((one) => [
      one.labels[0] ? one.labels[0].textContent : "", one.value,
    ]);
    event.detail.target = document.getElementById("main");
    event.detail.swapOverride = "outerHTML show:window:top";
    event.detail.selectOverride = "#main";
    if (others.length) document.addEventListener("htmx:afterSettle", () => bring(others), { once: true });
  });

  const bring = (others) => {
    const section = document.createElement("section");
    section.className = "panel";
    const heading = document.createElement("h2");
    heading.append("You had also typed");
    section.append(heading);
    for (const [name, value] of others) {
      const label = document.createElement("label");
      const box = document.createElement("textarea");
      box.readOnly = true;
      box.value = value;
      label.append(name, box);
      section.append(label);
    }
    document.getElementById("main").append(section);
  };

  // Nobody loses by leaving the page what they have typed and not sent.
  let sent = null;
  document.addEventListener("submit", (event) => {
    if (!event.target.hasAttribute("hx-post")) sent = event.target;
  });
  window.addEventListener("beforeunload", (event) => {
    if (typed(sent).length) event.preventDefault();
    sent = null;
  });
})();
