/** What a device has and lets us do, whichever browser it is. */

/** Where beats may be kept; a browser may forbid even to ask. */
export function stores(): { indexedDB?: IDBFactory; localStorage?: Storage } {
  const found: { indexedDB?: IDBFactory; localStorage?: Storage } = {};
  try {
    found.indexedDB = window.indexedDB;
    found.localStorage = window.localStorage;
  } catch {
    // Reading either property may itself be forbidden; memory remains.
  }
  return found;
}

/** The whole player over the screen, or the video alone where the engine knows only that. */
export async function toggleFullscreen(host: HTMLElement, video: HTMLVideoElement): Promise<void> {
  const own = video as HTMLVideoElement & { webkitEnterFullscreen?: () => void };
  if (document.fullscreenElement === host) await document.exitFullscreen();
  else if ('requestFullscreen' in host) await host.requestFullscreen();
  else own.webkitEnterFullscreen?.();
}

/** Back to the page from the whole screen, or from the small picture over other pages. */
export async function leaveFullScreen(video: HTMLVideoElement): Promise<void> {
  const own = video as HTMLVideoElement & { webkitExitFullscreen?: () => void };
  try {
    if (document.fullscreenElement !== null) await document.exitFullscreen();
    else own.webkitExitFullscreen?.();
    if ('pictureInPictureElement' in document && document.pictureInPictureElement !== null) {
      await document.exitPictureInPicture();
    }
  } catch {
    // It was not full after all.
  }
}
