// What pages gain from a script; all of them work without it. Loaded before the page is drawn, so that a chosen
// theme shows at once; everything else waits for the document.
(function () {
  "use strict";
  const root = document.documentElement;
  let theme = null;
  try { theme = localStorage.getItem("theme"); } catch { /* Storage may be forbidden: the system's theme then. */ }
  if (theme === "dark" || theme === "light") root.dataset.theme = theme;

  function isDark() {
    return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  function nameThemeButton() {
    const button = document.querySelector("[data-theme-button]");
    if (!button) return;
    button.hidden = false;
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-label", isDark() ? "Light theme" : "Dark theme");
  }

  function changeTheme() {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* Holds for this page only. */ }
    nameThemeButton();
  }

  // A citation opens its source's card beneath the sentence, with the cited words; a second press closes it. With
  // another key held, or from another tab, it is the link that it always was.
  function toggleCard(link) {
    const open = document.querySelector('.cites a[aria-expanded="true"]');
    closeCard();
    if (open === link) return;
    const reference = document.getElementById("ref-" + link.dataset.n);
    if (!reference) { location.href = link.href; return; }
    const card = document.createElement("div");
    card.className = "card no-print";
    card.setAttribute("role", "group");
    card.setAttribute("aria-label", "Source " + link.dataset.n);
    const words = document.createElement("div");
    words.className = "card-words";
    words.setAttribute("hx-get", link.getAttribute("href"));
    words.setAttribute("hx-trigger", "load");
    words.setAttribute("hx-select", ".passage-own");
    const way = document.createElement("a");
    way.className = "card-open";
    way.href = link.href;
    way.textContent = "Open the words that it rests on";
    card.append(words, ...Array.from(reference.childNodes, (node) => node.cloneNode(true)), way);
    link.closest("li, p").append(card);
    link.setAttribute("aria-expanded", "true");
    if (window.htmx) window.htmx.process(card);
  }

  function closeCard() {
    document.querySelectorAll(".card").forEach((card) => card.remove());
    document.querySelectorAll('.cites a[aria-expanded="true"]').forEach((link) => link.removeAttribute("aria-expanded"));
  }

  async function copy(button) {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Selected";
    }
  }

  // Whoever said which reader they are is not asked again on this device, and the examples open for that reader.
  function keepReader() {
    const form = document.querySelector(".ask-form");
    if (!form) return;
    const read = () => { try { return localStorage.getItem("reader"); } catch { return null; } };
    const choices = Array.from(form.querySelectorAll('input[name="for"]'));
    const follow = (reader) => document.querySelectorAll(".index a").forEach((link) => {
      const address = new URL(link.href);
      address.searchParams.set("for", reader);
      link.href = address.href;
    });
    const known = choices.find((one) => one.value === read());
    if (known && !new URLSearchParams(location.search).has("for")) {
      known.checked = true;
      follow(known.value);
    }
    form.addEventListener("change", (event) => {
      if (!choices.includes(event.target)) return;
      try { localStorage.setItem("reader", event.target.value); } catch { /* Holds for this page only. */ }
      follow(event.target.value);
    });
  }

  function showButtons() {
    nameThemeButton();
    document.querySelectorAll("[data-copy], [data-print]").forEach((button) => { button.hidden = false; });
  }

  document.addEventListener("DOMContentLoaded", showButtons);
  document.addEventListener("DOMContentLoaded", keepReader);
  document.addEventListener("click", function (event) {
    const target = event.target.closest("a, button");
    if (!target || event.defaultPrevented) return;
    if (target.matches("[data-theme-button]")) changeTheme();
    else if (target.matches("[data-print]")) window.print();
    else if (target.matches("[data-copy]")) copy(target);
    else if (target.matches(".cites a[data-n]") && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      toggleCard(target);
    }
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") closeCard();
    // The box takes several lines, but a question is sent as in any other box; with Shift, Enter is a new line.
    const asks = event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches(".ask-box");
    if (asks) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
  });
})();
