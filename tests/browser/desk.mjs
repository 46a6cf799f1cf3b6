// The review desk by its keys, and what becomes of typed words when something comes between.
// Given: page, first and author {email}, password, old and edited {place, text}. Gives: what was seen at each step.
import { give, given, open, signIn, withBrowser } from "./browser.mjs";

const seen = {};
await withBrowser(async (browser) => {
  const { context, page, faults } = await open(browser, { viewport: { width: 1280, height: 900 } });
  await signIn(page, given.first);
  await page.goto(given.page);
  const focus = () => page.evaluate(() => document.activeElement.id);

  await page.keyboard.press("j");
  await page.keyboard.press("j");
  seen.second = await focus();
  await page.keyboard.press("k");
  seen.first = await focus();
  await page.keyboard.press("a");
  await page.waitForSelector("#s-lead[data-mine=agree]");
  seen.afterMark = await focus();
  seen.tally = await page.textContent("#tally");
  await page.keyboard.press("n");
  seen.unmarked = await focus();

  await page.keyboard.press("p");
  await page.waitForSelector("#propose-1-1:focus");
  await page.keyboard.type("55 jack ");
  await page.waitForSelector("#f-s-1-1 .flags");
  seen.flags = await page.textContent("#f-s-1-1 .flags");
  seen.typed = (await page.inputValue("#propose-1-1")).includes("55 jack ");
  await page.click("#f-s-1-1 [data-cancel]");
  seen.cancelled = [await focus(), await page.locator("#f-s-1-1 form").count()];

  await page.keyboard.press("c");
  await page.waitForSelector("#mark-1-1:focus");
  await page.click("#f-s-1-1 button[type=submit]");
  await page.waitForSelector("#mark-1-1[aria-invalid]:focus");
  await page.keyboard.type("Say how large it is.");
  await page.click("#f-s-1-1 button[type=submit]");
  await page.waitForSelector("#s-1-1[data-mine=change]");

  await page.keyboard.press("?");
  seen.list = await page.isVisible("dialog[data-keys]");
  await page.click("[data-keys-on]");
  await page.keyboard.press("Escape");
  await page.focus("#s-1-1");
  await page.keyboard.press("j");
  seen.off = await focus();
  await page.reload();
  await page.focus("#s-1-1");
  await page.keyboard.press("j");
  seen.stillOff = await focus();
  await page.click("[data-keys-open]");
  await page.click("[data-keys-on]");
  await page.keyboard.press("Escape");
  seen.faults = [...faults];

  // The service cannot be reached: what was typed stays, with a word.
  await page.click("#s-1-2 [data-key=m]");
  await page.fill("#comment-1-2", "Another remark");
  await page.click("#s-1-1 [data-key=p]");
  await page.fill("#propose-1-1", "My other words");
  await context.setOffline(true);
  await page.click("#f-s-1-1 button[type=submit]");
  await page.waitForSelector("#f-s-1-1 p.error");
  seen.offline = [await page.textContent("#f-s-1-1 p.error"), await page.inputValue("#propose-1-1")];
  await context.setOffline(false);

  // A newer version: both texts and the form to go on, and the remark that was typed elsewhere.
  const other = await open(browser);
  await signIn(other.page, given.author);
  await other.page.goto(`${given.page}?open=edit&at=1.1#s-1-1`);
  await other.page.fill("#edit-1-1", given.edited);
  await other.page.fill("#edit-1-1-reason", "Plainer.");
  await other.page.click("#f-s-1-1 button[type=submit]");
  await other.page.waitForURL((address) => !address.search);
  await page.click("#f-s-1-1 button[type=submit]");
  await page.waitForSelector(".stale");
  seen.stale = await page.textContent("main");
  await page.waitForSelector("text=You had also typed");
  seen.kept = await page.evaluate(() => [...document.querySelectorAll("main textarea")].map((box) => box.value));

  // The session ends while a form is open.
  await page.goto(given.page);
  await page.click("#s-1-2 [data-key=m]");
  await page.fill("#comment-1-2", "A long remark");
  await context.clearCookies();
  await page.click("#s-1-3 [data-key=p]");
  await page.waitForSelector("#s-1-3 p.error");
  seen.signedOut = await page.textContent("#s-1-3 p.error");
  await page.click("#f-s-1-2 button[type=submit]");
  await page.waitForSelector(".kept");
  seen.given = await page.inputValue(".kept textarea");
});
give(seen);
