/**
 * Custom elements ("islands") load when the page first shows their tag: pages name tags, never bundles.
 * Each module defines its element; server-rendered markup inside the tag works before that.
 */
type Loader = () => Promise<unknown>;

/** For what nobody waits for: everything the page needs has come. */
function loaded(): Promise<void> {
  if (document.readyState === 'complete') return Promise.resolve();
  return new Promise((done) => {
    window.addEventListener(
      'load',
      () => {
        done();
      },
      { once: true },
    );
  });
}

export const islands: Readonly<Record<string, Loader>> = {
  'lms-bell': () => loaded().then(() => import('../islands/bell')),
  'lms-class-beside': () => loaded().then(() => import('../islands/class-beside')),
  'lms-composer': () => import('../islands/composer'),
  'lms-contest': () => import('../islands/contest'),
  'lms-exam': () => import('../islands/exam'),
  'lms-exam-wait': () => import('../islands/exam-wait'),
  'lms-keys': () => import('../islands/keys'),
  'lms-live': () => import('../islands/live'),
  'lms-moment': () => loaded().then(() => import('../islands/moment')),
  'lms-player': () => import('../islands/player'),
  'lms-push': () => import('../islands/push'),
  'lms-replay': () => import('../islands/replay'),
  'lms-studio': () => import('../islands/studio'),
  'lms-thread': () => import('../islands/thread'),
  'lms-upload': () => import('../islands/upload'),
  'lms-desk': () => import('../islands/desk'),
};

export function loadIslands(root: ParentNode, known: Readonly<Record<string, Loader>> = islands): string[] {
  const wanted = Object.keys(known).filter(
    (tag) => customElements.get(tag) === undefined && root.querySelector(tag) !== null,
  );
  for (const tag of wanted) {
    known[tag]?.().catch((error: unknown) => {
      console.warn(`${tag} did not load`, error);
    });
  }
  return wanted;
}
