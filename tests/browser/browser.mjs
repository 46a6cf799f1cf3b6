// Opens the system's Chromium, and writes down whatever a page must not do.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

/** What a script was given by its caller, as JSON on standard input. */
export const given = JSON.parse(readFileSync(0, "utf8"));

const require = createRequire(given.packages + "/");
const { chromium } = require("playwright-core");
export const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** Gives the caller the outcome, as JSON on standard output. */
export function give(outcome) {
  process.stdout.write(JSON.stringify(outcome));
}

/** Runs `work` with a browser, which is closed whatever happens. */
export async function withBrowser(work) {
  const browser = await chromium.launch({
    executablePath: given.chromium,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  try {
    return await work(browser);
  } catch (error) {
    for (const page of browser.contexts().flatMap((context) => context.pages())) {
      const text = await page.locator("main").innerText({ timeout: 1000 }).catch(() => "");
      console.error(`${page.url()}: ${text.replaceAll(/\s+/g, " ").slice(0, 500)}\n`);
    }
    throw error;
  } finally {
    await browser.close();
  }
}

/**
 * A browser window of its own, with its own cookies. `faults` fills with what no page of ours may do: write an error to the
 * console, break the content security policy, throw, ask another host for anything, or get an answer of 500 or more.
 */
export async function open(browser, options = {}) {
  const context = await browser.newContext({
    baseURL: given.address,
    locale: "en-GB",
    timezoneId: "UTC",
    reducedMotion: "reduce",
    ...options,
  });
  context.setDefaultTimeout(20_000);
  const faults = [];
  const ours = new URL(given.address).host;
  context.on("request", (request) => {
    const address = new URL(request.url());
    if (/^https?:|^wss?:/.test(address.protocol) && address.host !== ours) {
      faults.push(`asks another host: ${request.url()}`);
    }
  });
  context.on("response", (response) => {
    const address = new URL(response.url());
    if (response.status() >= 500) {
      faults.push(`${response.status()} from ${address.pathname}`);
    } else if (response.status() === 404 && address.pathname.startsWith("/static/")) {
      faults.push(`not there: ${address.pathname}`);
    }
  });
  context.on("weberror", (error) => faults.push(`throws: ${error.error()}`));
  context.on("console", (message) => {
    // Chromium tells of every status of 400 or more, which some pages rightly have.
    if (["error", "warning"].includes(message.type()) && !/status of 4\d\d/.test(message.text())) {
      faults.push(`console: ${message.text()} (${new URL(message.page().url()).pathname})`);
    }
  });
  const page = await context.newPage();
  return { context, page, faults };
}

/** Signs somebody in by the form, as they would. */
export async function signIn(page, email, password = given.password) {
  await page.goto("/sign-in");
  await page.locator("input[name=email]").fill(email);
  await page.locator("input[name=password]").fill(password);
  await page.locator("main form button").first().click();
  await page.waitForURL((address) => address.pathname !== "/sign-in");
}
