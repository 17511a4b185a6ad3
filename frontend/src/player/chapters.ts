/** The lecture's chapters: marks on the bar, and the name of the one a moment lies in. */
export interface Chapter {
  start: number;
  title: string;
}

const SVG = 'http://www.w3.org/2000/svg';

/** The title of the chapter at a moment; empty before the first. */
export function chapterAt(chapters: readonly Chapter[], positionMs: number): string {
  let title = '';
  for (const chapter of chapters) {
    if (chapter.start > positionMs) break;
    title = chapter.title;
  }
  return title;
}

/** A line on the bar where each chapter begins; the beginning of the lecture needs none. */
export function drawMarks(group: SVGElement, chapters: readonly Chapter[], durationMs: number): void {
  const scale = 1000 / Math.max(1, durationMs);
  group.replaceChildren(
    ...chapters.filter((chapter) => chapter.start > 0).map((chapter) => {
      const mark = document.createElementNS(SVG, 'rect');
      mark.setAttribute('class', 'watched__chapter');
      mark.setAttribute('x', (chapter.start * scale - 1).toFixed(1));
      mark.setAttribute('width', '3');
      mark.setAttribute('height', '10');
      return mark;
    }),
  );
}
