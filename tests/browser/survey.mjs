// Looks at every page that it is given as its reader sees it: light and dark, desktop and phone, with and without JavaScript.
// Given: pages [{name, path, as}], people {as: email}, password. Gives: {name: [finding, ...]}, a sentence each.
import { axe, give, given, open, signIn, withBrowser } from "./browser.mjs";

const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 360, height: 740 };
const LOOKS = [
  { label: "light, desktop", colorScheme: "light", viewport: DESKTOP },
  { label: "dark, desktop", colorScheme: "dark", viewport: DESKTOP },
  { label: "dark, phone", colorScheme: "dark", viewport: PHONE },
  { label: "light, phone", colorScheme: "light", viewport: PHONE },
];
// Rules that axe-core leaves off unless asked.
const ALSO = { "target-size": { enabled: true }, "label-content-name-mismatch": { enabled: true } };

/** What axe-core finds, a sentence each; in short, only what the colours and the width of a window can change. */
async function barriers(page, inShort) {
  const options = inShort
    ? { runOnly: { type: "rule", values: ["color-contrast", "target-size", "scrollable-region-focusable"] } }
    : { rules: ALSO };
  const found = await page.evaluate((given) => window.axe.run(document, given), {
    ...options,
    preload: false,
    resultTypes: ["violations"],
  });
  return found.violations.flatMap((rule) =>
    rule.nodes.slice(0, 3).map((node) => {
      const why = [...node.any, ...node.all, ...node.none].map((check) => check.message).join("; ");
      return `${rule.id}: ${node.html.slice(0, 160)} (${why.slice(0, 300)})`;
    }),
  );
}

/** Words in drawings whose contrast is below 4.5, which axe-core does not tell. */
function faintDrawings() {
  const channel = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const luminance = (colour) => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue] = [...canvas.getImageData(0, 0, 1, 1).data].map((one) => channel(one / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if (!/^rgba\(.*, 0\)$|^transparent$/.test(colour)) return colour;
    }
    return "white";
  };
  const found = [];
  for (const text of document.querySelectorAll("svg text")) {
    const [some, other] = [luminance(getComputedStyle(text).fill), luminance(behind(text))];
    const contrast = (Math.max(some, other) + 0.05) / (Math.min(some, other) + 0.05);
    if (contrast < 4.5) found.push(`contrast ${contrast.toFixed(2)} in a drawing: ${text.outerHTML.slice(0, 120)}`);
  }
  return found.slice(0, 3);
}

/** Whether something sticks out to the right, and what. */
function overflow() {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return null;
  const scrolls = (element) => ["auto", "scroll", "hidden"].includes(getComputedStyle(element).overflowX);
  const isOut = (element) => {
    if (element.getBoundingClientRect().right <= width + 1) return false;
    for (let one = element.parentElement; one && one !== document.body; one = one.parentElement) {
      if (scrolls(one)) return false;
    }
    return true;
  };
  const wide = [...document.querySelectorAll("body *")].filter(isOut).map((one) => one.outerHTML.slice(0, 120));
  return `scrolls sideways at ${window.innerWidth} px: ${wide.slice(-2).join(" and ")}`;
}

/** Forms that cannot be sent without JavaScript, and parts of the page that only JavaScript would show. */
function unusable() {
  const found = [];
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  for (const form of document.querySelectorAll("form")) {
    for (const folded of form.querySelectorAll("details")) folded.open = true;
    for (let folded = form.closest("details"); folded; folded = folded.parentElement.closest("details")) {
      folded.open = true;
    }
    if (form.closest("dialog")) continue;
    const senders = [...form.querySelectorAll("button, input[type=submit], input[type=image]")].filter(
      (button) => button.type !== "button" && button.type !== "reset",
    );
    if (!senders.some(isSeen)) found.push(`a form without a button: ${form.outerHTML.slice(0, 160)}`);
  }
  for (const link of document.querySelectorAll("a[href='#'], a[href^='javascript:'], a:not([href])")) {
    if (isSeen(link)) found.push(`a link that leads nowhere: ${link.outerHTML.slice(0, 160)}`);
  }
  for (const button of document.querySelectorAll("button[type=button], button:not(form button)")) {
    if (isSeen(button) && !button.hasAttribute("form") && !button.hasAttribute("popovertarget")) {
      found.push(`a button that does nothing: ${button.outerHTML.slice(0, 160)}`);
    }
  }
  return found;
}

/** Elements that take the keyboard's focus and do not show it. */
async function hiddenFocus(page) {
  await page.keyboard.press("Tab");
  const found = new Set();
  for (let step = 0; step < 25; step++) {
    const fault = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === null || element === document.body) return "end";
      const look = getComputedStyle(element);
      const outlined = look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 1;
      const box = element.getBoundingClientRect();
      if (!outlined && look.boxShadow === "none") return `shows no focus: ${element.outerHTML.slice(0, 120)}`;
      if (box.width === 0 || box.height === 0) return `has focus and no size: ${element.outerHTML.slice(0, 120)}`;
      return null;
    });
    if (fault === "end") break;
    if (fault !== null) found.add(fault);
    await page.keyboard.press("Tab");
  }
  return [...found];
}

const findings = Object.fromEntries(given.pages.map((page) => [page.name, []]));

async function visit(page, target) {
  const answer = await page.goto(target.path, { waitUntil: "load" });
  if (answer.status() !== (target.status ?? 200)) {
    findings[target.name].push(`status ${answer.status()} at ${target.path}`);
  }
}

await withBrowser(async (browser) => {
  const kept = {};
  for (const [role, email] of Object.entries(given.people)) {
    const { context, page } = await open(browser);
    await signIn(page, email);
    kept[role] = await context.storageState();
    await context.close();
  }
  for (const role of new Set(given.pages.map((page) => page.as))) {
    const targets = given.pages.filter((page) => page.as === role);
    const looked = await open(browser, { storageState: kept[role] });
    for (const target of targets) {
      const { page, faults } = looked;
      const list = findings[target.name];
      for (const [place, { label, colorScheme, viewport }] of LOOKS.entries()) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.setViewportSize(viewport);
        if (place === 0) {
          await visit(page, target);
          await page.evaluate(axe);
          list.push(...(await hiddenFocus(page)));
        }
        const barred = [...(await barriers(page, place > 0)), ...(await page.evaluate(faintDrawings))];
        list.push(...barred.map((finding) => `${label}: ${finding}`));
        for (const width of viewport === PHONE ? [360, 320] : [1280]) {
          // WCAG 2.2, 1.4.10: at 320 CSS pixels nobody must scroll in two directions.
          await page.setViewportSize({ ...viewport, width });
          const loud = await page.evaluate(overflow);
          if (loud !== null) list.push(loud);
        }
      }
      list.push(...faults.splice(0));
    }
    await looked.context.close();
    const { context, page, faults } = await open(browser, { javaScriptEnabled: false, storageState: kept[role] });
    for (const target of targets) {
      await visit(page, target);
      const found = [...(await page.evaluate(unusable)), ...faults.splice(0)];
      findings[target.name].push(...found.map((finding) => `without JavaScript: ${finding}`));
    }
    await context.close();
  }
});
give(findings);
