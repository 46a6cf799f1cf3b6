// Takes the pictures of docs/screenshots. Given: shots [{name, path, as, width, height, scale, dark, print, at}], folder, people,
// password.
import { given, give, open, signIn, withBrowser } from "../tests/browser/browser.mjs";

await withBrowser(async (browser) => {
  const taken = [];
  for (const shot of given.shots) {
    const { context, page } = await open(browser, {
      viewport: { width: shot.width, height: shot.height },
      deviceScaleFactor: shot.scale ?? 1,
      colorScheme: shot.dark ? "dark" : "light",
    });
    if (shot.as) await signIn(page, given.people[shot.as]);
    await page.goto(shot.path);
    if (shot.at) await page.locator(shot.at).first().evaluate((element) => element.scrollIntoView());
    if (shot.print) {
      await page.pdf({ path: `${given.folder}/${shot.name}.pdf`, format: "A4", preferCSSPageSize: true });
    } else {
      await page.screenshot({ path: `${given.folder}/${shot.name}.png` });
    }
    taken.push(shot.name);
    await context.close();
  }
  give(taken);
});
