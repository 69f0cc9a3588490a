function route() {
  const [id, step] = location.hash.slice(1).split("/");
  const episode = id && DATA.episodes.find((each) => each.id === decodeURIComponent(id));
  if (!episode) return closePlayer();
  openEpisode(episode, (parseInt(step, 10) || 1) - 1);
}
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input, select") || event.metaKey || event.ctrlKey || event.altKey) return;
  if (!player.episode) {
    if (event.key === "/") { event.preventDefault(); search.focus(); }
    return;
  }
  const keys = {
    ArrowRight: () => { stop(); goTo(player.index + 1); }, ArrowLeft: () => { stop(); goTo(player.index - 1); },
    Home: () => goTo(0), End: () => goTo(Infinity), " ": togglePlay, Escape: () => { location.hash = ""; },
    j: () => neighbour(1), k: () => neighbour(-1), ArrowDown: () => neighbour(1), ArrowUp: () => neighbour(-1),
    a: () => { player.showAction = !player.showAction; drawPlayer(); }, c: () => { player.showChanged = !player.showChanged; drawPlayer(); },
  };
  const act = keys[event.key];
  if (act) { event.preventDefault(); act(); }
});
try { const theme = localStorage.getItem("farm-report-theme"); if (theme) document.documentElement.dataset.theme = theme; } catch { /* a file may have no storage */ }
buildOverview();
window.addEventListener("hashchange", route);
route();
