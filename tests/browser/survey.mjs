// Looks at every page that it is given as its reader sees it: light and dark, desktop and phone, with and without JavaScript.
// Given: pages [{name, path, as}], people {as: email}, password. Gives: {name: [finding, ...]}, a sentence each.
import { axe, give, given, open, signIn, withBrowser } from "./browser.mjs";

const LOOKS = [
  { label: "light, desktop", colorScheme: "light", viewport: { width: 1280, height: 900 } },
  { label: "dark, desktop", colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  { label: "light, phone", colorScheme: "light", viewport: { width: 360, height: 740 } },
  { label: "dark, phone", colorScheme: "dark", viewport: { width: 360, height: 740 } },
];
// Rules that axe-core leaves off unless asked.
const ALSO = { "target-size": { enabled: true }, "label-content-name-mismatch": { enabled: true } };

/** What axe-core finds, a sentence each; and contrasts that it could not tell, which nobody would look at otherwise. */
async function barriers(page) {
  await page.evaluate(axe);
  const found = await page.evaluate((rules) => window.axe.run(document, { rules }), ALSO);
  const unsure = found.incomplete.filter((one) => one.id === "color-contrast");
  return [...found.violations, ...unsure].flatMap((rule) =>
    rule.nodes.slice(0, 3).map((node) => {
      const why = [...node.any, ...node.all, ...node.none].map((check) => check.message).join("; ");
      return `${rule.id}: ${node.html.slice(0, 160)} (${why.slice(0, 300)})`;
    }),
  );
}

/** Whether something sticks out to the right, and what. */
function overflow() {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return null;
  const wide = [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > width + 1)
    .slice(-1)
    .map((element) => element.outerHTML.slice(0, 120));
  return `scrolls sideways at ${window.innerWidth} px: ${wide}`;
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

async function visit(page, target, label) {
  const answer = await page.goto(target.path, { waitUntil: "load" });
  if (answer.status() !== (target.status ?? 200)) {
    findings[target.name].push(`${label}: status ${answer.status()} at ${target.path}`);
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
    for (const { label, ...look } of LOOKS) {
      const { context, page, faults } = await open(browser, { ...look, storageState: kept[role] });
      for (const target of targets) {
        const list = findings[target.name];
        await visit(page, target, label);
        list.push(...(await barriers(page)).map((finding) => `${label}: ${finding}`));
        const loud = await page.evaluate(overflow);
        if (loud !== null) list.push(`${label}: ${loud}`);
        if (label === "light, desktop") list.push(...(await hiddenFocus(page)));
        if (label === "light, phone") {
          // WCAG 2.2, 1.4.10: no scrolling in two directions at 320 CSS pixels.
          await page.setViewportSize({ width: 320, height: 640 });
          const narrow = await page.evaluate(overflow);
          if (narrow !== null) list.push(narrow);
          await page.setViewportSize(look.viewport);
        }
        list.push(...faults.splice(0).map((fault) => `${label}: ${fault}`));
      }
      await context.close();
    }
    const { context, page, faults } = await open(browser, { javaScriptEnabled: false, storageState: kept[role] });
    for (const target of targets) {
      await visit(page, target, "without JavaScript");
      const found = [...(await page.evaluate(unusable)), ...faults.splice(0)];
      findings[target.name].push(...found.map((finding) => `without JavaScript: ${finding}`));
    }
    await context.close();
  }
});
give(findings);
