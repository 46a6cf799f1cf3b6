// An article's life in a browser, a part at a time. Given: part, people {who: email}, password, scripts (whether pages may run
// theirs), and what the part needs. Gives what was seen on the way; whatever is not there fails by not coming in time.
import { give, given, open, signIn, withBrowser } from "./browser.mjs";

const QUESTION = "What causes glimmer fever?";
const faults = [];

/** Somebody's own window, signed in; without a name, a reader's who is not. */
async function window(browser, who, options = {}) {
  const made = await open(browser, { javaScriptEnabled: given.scripts, ...options });
  if (who) await signIn(made.page, given.people[who]);
  made.context.on("close", () => faults.push(...made.faults));
  return made.page;
}

/** What readers are told of where the article stands: the tracker in words, and the notes above the lead. */
async function seen(page) {
  return {
    tracker: await page.locator(".tracker").first().getAttribute("aria-label"),
    notices: await page.locator(".notice").allInnerTexts(),
    lead: (await page.locator(".lead").innerText()).trim(),
    approvers: await page.locator(".approvers li").allInnerTexts(),
    at: new URL(page.url()).pathname,
  };
}

/** Goes by Tab to the control of a name, as somebody without a mouse does. */
async function tabTo(page, name, kind = "*") {
  for (let step = 0; step < 80; step++) {
    await page.keyboard.press("Tab");
    const here = await page.evaluate((kind) => {
      const element = document.activeElement;
      if (!element.matches(kind)) return [];
      const labels = element.labels ? [...element.labels].map((label) => label.innerText) : [];
      return [...labels, element.innerText || element.value || ""].map((text) => text.trim());
    }, kind);
    if (here.includes(name)) return;
  }
  throw new Error(`no control "${name}" can be reached by Tab on ${page.url()}`);
}

async function asks(page) {
  await page.goto("/");
  await page.getByLabel("What do you want to know?").fill(QUESTION);
  await page.getByLabel("Patient or carer").check();
  const library = page.getByLabel("Library", { exact: true });
  if ((await library.inputValue()) !== "glow") {
    await library.selectOption("glow");
  }
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await page.locator("article.answer").waitFor();
}

const claim = (page, place) => page.locator(`article.claim[data-place="${place}"]`);

/** Opens a form in a statement's row. With scripts the focus goes into it, which must not come while somebody types. */
async function opens(page, place, name) {
  await claim(page, place).getByRole("link", { name, exact: true }).click();
  if (given.scripts) await page.waitForFunction(() => document.activeElement.closest(".claim-slot"));
}

/** Waits until a row that was sent again is in its place and its links are alive. */
async function marked(page, place, verdict) {
  await page.locator(`article.claim[data-place="${place}"][data-mine=${verdict}]`).waitFor();
  await page.waitForFunction(() => !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"));
}

async function declares(page) {
  await page.getByLabel("None that bears on it").check();
  await page.getByLabel("In words").fill("None.");
  await page.getByRole("button", { name: "Declare" }).click();
  await page.getByText("You have declared no conflict of interest").waitFor();
}

async function signs(page, decision, reason = "") {
  const form = page.locator("#sign");
  await form.getByLabel(decision, { exact: true }).check();
  await form.getByLabel("Reason").fill(reason);
  await form.getByRole("button", { name: "Sign" }).click();
  await page.waitForLoadState("load");
}

const parts = {
  /** From the question to the approved article. */
  async approve(browser) {
    const author = await window(browser, "author");
    if (given.scripts) {
      // Without a mouse.
      await author.goto("/");
      await tabTo(author, "What do you want to know?");
      await author.keyboard.type(QUESTION);
      await tabTo(author, "Library");
      await author.keyboard.type("glow");
      await tabTo(author, "Ask", "button");
      await author.keyboard.press("Enter");
      await author.locator("article.answer").waitFor();
    } else {
      await asks(author);
    }
    const asked = await seen(author);
    if (given.scripts) {
      await tabTo(author, "Keep for review", "button");
      await author.keyboard.press("Enter");
    } else {
      await author.getByRole("button", { name: "Keep for review" }).click();
    }
    await author.waitForURL(/\/review\/\d+$/);
    const desk = new URL(author.url()).pathname;
    const number = Number(desk.split("/").pop());
    const page = `/articles/${number}`;

    const reader = await window(browser, null);
    const steps = {};
    steps.draft = (await reader.goto(page)).status();
    await author.getByLabel("A note to the reviewers").fill("Please look at the shares.");
    await author.getByRole("button", { name: "Submit version 1 for review" }).click();
    await reader.goto(page);
    steps.submitted = await seen(reader);

    const editor = await window(browser, "editor");
    await editor.goto("/review");
    await editor.getByRole("link", { name: QUESTION }).first().click();
    await editor.getByLabel("Vera First").check();
    await editor.getByLabel("Sam Second").check();
    await editor.getByRole("button", { name: "Assign" }).click();
    await reader.goto(page);
    steps.assigned = await seen(reader);

    const first = await window(browser, "reviewer");
    await first.goto("/review");
    steps.waiting = await first.locator(".waiting").innerText();
    await first.getByRole("link", { name: QUESTION }).first().click();
    await declares(first);
    for (const place of ["lead", "1.1"]) {
      await claim(first, place).getByRole("button", { name: "Agree" }).click();
      await marked(first, place, "agree");
    }
    await signs(first, "Approve");

    const second = await window(browser, "second");
    await second.goto(desk);
    await declares(second);
    await opens(second, "lead", "Change");
    await claim(second, "lead").getByLabel("Why?").fill("Say that nobody is to blame.");
    await claim(second, "lead").getByRole("button", { name: "Record" }).click();
    await marked(second, "lead", "change");
    await opens(second, "lead", "Propose a wording");
    const wording = claim(second, "lead").getByLabel("Your wording");
    await wording.fill(`${await wording.inputValue()} Nobody is to blame.`);
    await claim(second, "lead").getByRole("button", { name: "Propose" }).click();
    await claim(second, "lead").locator(".proposal").waitFor();
    await marked(second, "lead", "change");
    await signs(second, "Request changes", "The lead may be read as blame.");
    await reader.goto(page);
    steps.disagreed = await seen(reader);

    await author.goto(desk);
    steps.told = await author.locator(".notice").allInnerTexts();
    await opens(author, "lead", "Take this wording up");
    const reason = claim(author, "lead").getByLabel("What was changed, and why?");
    await reason.fill("Takes up what Sam Second proposed.");
    await claim(author, "lead").getByRole("button", { name: "Make version 2" }).click();
    await author.getByRole("button", { name: "Submit version 2 for review" }).click();
    await author.waitForLoadState("load");

    for (const reviewer of [second, first]) {
      await reviewer.goto(desk);
      steps.open = await reviewer.locator(".tally-quorum").innerText();
      const begin = reviewer.getByRole("button", { name: "Begin the review" });
      if ((await begin.count()) > 0) await begin.click();
      await claim(reviewer, "lead").getByRole("button", { name: "Agree" }).click();
      await marked(reviewer, "lead", "agree");
      await signs(reviewer, "Approve");
    }
    await reader.goto(page);
    steps.approved = await seen(reader);
    await asks(reader);
    steps.again = await seen(reader);
    await reader.goto(`${page}/history`);
    steps.history = await reader.locator("main").innerText();
    give({ number, asked, steps, faults: [...faults, ...(await closed(browser))] });
  },

  /** After a source was retracted and the article opened again. */
  async reopened(browser) {
    const reader = await window(browser, null);
    await reader.goto(`/articles/${given.number}`);
    const article = await seen(reader);
    await asks(reader);
    const again = await seen(reader);
    const editor = await window(browser, "editor");
    await editor.goto("/review");
    const waiting = await editor.locator("main").innerText();
    await editor.goto(`/review/${given.number}/renew`);
    const fresh = await editor.locator("main").innerText();
    give({ article, again, waiting, fresh, faults: await closed(browser) });
  },

  /** Two windows edit the same version: the second is told, and loses nothing. */
  async conflict(browser) {
    const author = await window(browser, "author");
    const editor = await window(browser, "editor");
    for (const [page, words] of [[author, "Words of the author."], [editor, "Words of the editor."]]) {
      await page.goto(`/review/${given.number}`);
      await opens(page, "lead", "Edit");
      await claim(page, "lead").getByLabel("The new words").fill(words);
      await claim(page, "lead").getByLabel("What was changed, and why?").fill(`Because of: ${words}`);
    }
    await claim(author, "lead").getByRole("button", { name: "Make version 2" }).click();
    await author.getByRole("link", { name: "What changed in version 2" }).waitFor();
    await claim(editor, "lead").getByRole("button", { name: "Make version 2" }).click();
    await editor.getByRole("heading", { name: "A newer version was made while you read" }).waitFor();
    const told = await editor.locator("main").innerText();
    const kept = await editor.getByLabel("Your words for the lead").inputValue();
    const reason = await editor.getByLabel("What was changed, and why?").inputValue();
    await editor.getByRole("button", { name: "Make version 3" }).click();
    await claim(editor, "lead").waitFor();
    const lead = await claim(editor, "lead").locator(".claim-words").innerText();
    give({ told, kept, reason, lead, faults: await closed(browser) });
  },

  /** The desk by its keys alone. */
  async keys(browser) {
    const page = await window(browser, "reviewer");
    await page.goto(`/review/${given.number}`);
    const here = () => page.evaluate(() => document.activeElement.dataset.place ?? document.activeElement.name);
    const trail = [];
    for (const key of ["j", "j", "k"]) {
      await page.keyboard.press(key);
      trail.push(await here());
    }
    await page.keyboard.press("j");
    const place = await here();
    await page.keyboard.press("a");
    await marked(page, place, "agree");
    await page.keyboard.press("c");
    await claim(page, place).getByLabel("Why?").waitFor();
    await page.waitForFunction(() => document.activeElement.matches("textarea, input[type=radio]"));
    await page.keyboard.press("Tab");
    await claim(page, place).getByLabel("Why?").focus();
    // Keys are letters again while somebody writes.
    await page.keyboard.type("jak and more");
    const typed = await claim(page, place).getByLabel("Why?").inputValue();
    await claim(page, place).getByRole("button", { name: "Record" }).press("Enter");
    await marked(page, place, "change");
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    const list = await page.getByRole("dialog").innerText();
    await page.keyboard.press("Escape");
    await page.keyboard.press("s");
    const atSign = await page.evaluate(() => document.activeElement.id);
    give({ trail, place, typed, list, atSign, faults: await closed(browser) });
  },

  /** On paper: the article with its references, and nothing to press. */
  async print(browser) {
    const page = await window(browser, null);
    await page.goto(given.path);
    await page.emulateMedia({ media: "print" });
    const shown = await page.evaluate(() =>
      Object.fromEntries(
        ["header.masthead", "footer.colophon", "form", "button", "nav", ".references", ".lead", ".cites", ".caution-banner",
         ".print-link", ".disclaimer"].map((name) => [
          name,
          [...document.querySelectorAll(name)].filter((one) => one.checkVisibility()).length,
        ]),
      ),
    );
    const colours = await page.evaluate(() => [
      getComputedStyle(document.body).backgroundColor,
      getComputedStyle(document.querySelector(".lead")).color,
    ]);
    const pdf = await page.pdf({ format: "A4" });
    give({ shown, colours, bytes: pdf.length, start: pdf.subarray(0, 5).toString(), faults: await closed(browser) });
  },

  /** The chosen theme stays, and looks as the system's own does. */
  async theme(browser) {
    const looks = (page) =>
      page.evaluate(() => {
        const style = getComputedStyle(document.body);
        return [style.backgroundColor, style.color];
      });
    const page = await window(browser, null, { colorScheme: "light" });
    await page.goto("/policy");
    const light = await looks(page);
    await page.getByRole("button", { name: "Dark theme" }).click();
    const chosen = await looks(page);
    await page.goto("/board");
    const kept = await looks(page);
    const other = await window(browser, null, { colorScheme: "dark" });
    await other.goto("/policy");
    give({ light, chosen, kept, system: await looks(other), faults: await closed(browser) });
  },
};

/** Closes all windows, and gives what they saw that no page may do. */
async function closed(browser) {
  for (const context of browser.contexts()) await context.close();
  return faults.splice(0);
}

await withBrowser(parts[given.part]);
