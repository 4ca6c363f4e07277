// Checks a voice flow while it is written. The page works without it, by the button: what comes back here is the page
// that the button leads to, of which the verdict is taken.
const WAIT = 600;
const editor = document.getElementById("editor");
const text = document.getElementById("text");

let timer;
let asked = 0;

async function check() {
  const mine = ++asked;
  try {
    const answer = await fetch(editor.action, { method: "POST", body: new URLSearchParams(new FormData(editor)) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const verdict = page.getElementById("checked");
    // What was asked later, or is no verdict (the session is over), does not replace what is there.
    if (mine !== asked || !verdict) return;
    document.getElementById("checked").replaceWith(document.adoptNode(verdict));
    document.getElementById("verdict").textContent = verdict.querySelector("h2").textContent;
  } catch {
    // The network is away: the next key tries again, and so does the button.
  }
}

text?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(check, WAIT);
});
