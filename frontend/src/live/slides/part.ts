/**
 * Slides in the room: the page large with the picture small in its corner, in step with the picture;
 * one tap exchanges them. Who leads turns the pages in a tab of their own.
 */
import { button, make } from '../../contest/elements';
import type { ClassView } from '../config';
import type { RoomContext, RoomEvent, RoomPart } from '../part';
import type { DeskConfig, SlideDesk } from './desk';
import { InStep, type Mark, type SlideFacts } from './marks';
import { SlidePage } from './page';
import type { Pen } from './pen';

const LOOK_MS = 200;
/** Addresses of pictures are good for ten minutes. */
const FRESH_MS = 480_000;

interface Holder {
  id: number;
  name: string;
}

class Slides implements RoomPart {
  readonly key = 'slides';
  readonly title?: string;
  readonly element?: HTMLElement;
  private readonly config: DeskConfig;
  private readonly steps = new InStep();
  private readonly page: SlidePage;
  /** Comes later: members have neither desk nor pen to load. */
  private desk: SlideDesk | null = null;
  private readonly swap: HTMLButtonElement;
  private readonly note = make('p', 'slide-note');
  private pen: Pen | null = null;
  private pens: Holder[] = [];
  private armed = false;
  private freshAt = performance.now();
  private newest: SlideFacts | null | undefined;
  /** The events up to which what is drawn on the page is known; null while it is asked for. */
  private known: number | null = null;
  private early: RoomEvent[] = [];

  constructor(private readonly room: RoomContext) {
    this.config = room.config('slides') as DeskConfig;
    this.page = new SlidePage(
      { text: (key, values) => room.text(key, values), base: () => this.config.base },
      () => void this.renew(),
    );
    this.swap = button('', 'slide-swap', () => {
      room.stage.classList.toggle('is-swapped');
    });
    this.swap.setAttribute('aria-label', room.text('slides_swap'));
    this.swap.title = room.text('slides_swap');
    this.swap.hidden = true;
    this.note.setAttribute('role', 'status');
    this.note.hidden = true;
    room.stage.prepend(this.page.element);
    room.stage.append(this.swap);
    if (room.leads) {
      this.title = room.text('slides');
      this.element = make('div');
      void this.furnish(this.element);
    }
    window.setInterval(() => {
      this.steps.due(room.inStudio ? null : room.shownAt(), room.time.now);
    }, LOOK_MS);
  }

  private async furnish(place: HTMLElement): Promise<void> {
    const { SlideDesk } = await import('./desk');
    this.desk = new SlideDesk(this.room, this.config, (fresh) => this.based(fresh));
    this.desk.penned(this.pens);
    this.desk.showing(this.page.facts);
    place.append(this.desk.element);
  }

  view(view: ClassView): void {
    const slide = (view['slide'] ?? null) as SlideFacts | null;
    const [moment, last] = [momentOf(slide), momentOf(this.newest ?? null)];
    // Whoever comes late is shown it at once; what changes later comes in step with the picture.
    if (this.newest === undefined) this.show(slide);
    else if (slide !== null && moment !== last) {
      this.steps.add(moment, () => {
        this.show(slide);
      });
    }
    this.newest = slide;
    this.pens = (view['pens'] ?? []) as Holder[];
    this.desk?.penned(this.pens);
    void this.arm(this.room.leads || this.pens.some(({ id }) => id === this.room.me.id));
  }

  event(event: RoomEvent, isOld: boolean): void {
    if (event.kind === 'slide') {
      // How things stand is said with every event; old ones are over.
      if (!isOld && event['slide'] === null) {
        this.steps.add(event['at'], () => {
          this.show(null);
        });
      }
      return;
    }
    if (event.kind !== 'mark' && event.kind !== 'unmark' && event.kind !== 'wipe') return;
    const act = (): void => {
      this.marked(event);
    };
    if (isOld) act();
    else this.steps.add(event['at'], act);
  }

  aside(aside: Record<string, unknown>): void {
    if ('decks' in aside) void this.desk?.load();
    const point = aside['point'] as [number, number, number] | undefined;
    if (point !== undefined && point[0] === this.page.facts?.id) {
      this.page.point(point[1], point[2], typeof aside['name'] === 'string' ? aside['name'] : '');
    }
  }

  // --- What is shown ----------------------------------------------------------------------------

  private show(facts: SlideFacts | null): void {
    const changed = facts?.id !== this.page.facts?.id;
    const { stage } = this.room;
    stage.classList.toggle('has-slide', facts !== null);
    if (facts === null) stage.classList.remove('is-swapped');
    this.swap.hidden = facts === null;
    this.page.show(facts);
    this.desk?.showing(facts);
    if (this.pen !== null) this.pen.bar.hidden = facts === null;
    if (facts === null || !changed) return;
    if (performance.now() - this.freshAt > FRESH_MS) void this.renew();
    void this.fetchMarks(facts.id);
  }

  private async fetchMarks(slide: number): Promise<void> {
    this.known = null;
    this.early = [];
    const answer = await fetch(`${this.config.list}${String(slide)}/marks/`).catch(() => null);
    if (this.page.facts?.id !== slide) return;
    if (answer === null || !answer.ok) {
      window.setTimeout(() => {
        if (this.page.facts?.id === slide && this.known === null) void this.fetchMarks(slide);
      }, 2000);
      return;
    }
    const said = (await answer.json()) as { seq: number; marks: Mark[] };
    if (this.page.facts.id !== slide) return;
    this.page.setMarks(said.marks);
    this.known = said.seq;
    for (const event of this.early) this.marked(event);
    this.early = [];
  }

  private marked(event: RoomEvent): void {
    if (event['slide'] !== this.page.facts?.id) return;
    if (this.known === null) {
      this.early.push(event);
      return;
    }
    if (event.seq <= this.known) return;
    if (event.kind === 'mark') this.page.add(event['mark'] as Mark);
    else if (event.kind === 'unmark') this.page.remove(String(event['mark']));
    else this.page.wipe();
  }

  private based(fresh: string): string {
    if (fresh !== '') {
      this.config.base = fresh;
      this.freshAt = performance.now();
    }
    return this.config.base;
  }

  private async renew(): Promise<void> {
    const answer = await fetch(this.config.list).catch(() => null);
    if (answer === null || !answer.ok) {
      window.setTimeout(() => {
        this.page.load();
      }, 2000);
      return;
    }
    this.based(((await answer.json()) as { base: string }).base);
    this.page.load();
  }

  // --- Drawing ----------------------------------------------------------------------------------

  private async arm(may: boolean): Promise<void> {
    if (may === this.armed) return;
    this.armed = may;
    if (!may) {
      this.pen?.close();
      this.pen = null;
      this.tell('');
      return;
    }
    const { Pen } = await import('./pen');
    // It may have been taken back, or given again, meanwhile.
    if (!this.isArmed() || this.pen !== null) return;
    const { room } = this;
    const slide = (): number => this.page.facts?.id ?? 0;
    const say = (verb: string, body: object): void => {
      void room.say(verb, { slide: slide(), ...body }).then((reply) => {
        if (reply.no !== undefined) {
          this.tell(reply.why ?? room.text('slides_lost'));
          void this.fetchMarks(slide());
        } else this.tell('');
      });
    };
    const clear = (): void => {
      say('slides.clear', {});
    };
    this.pen = new Pen(this.page, {
      text: (key, values) => room.text(key, values),
      drawn: (mark) => {
        say('slides.mark', { mark });
      },
      pointed: (x, y) => {
        say('slides.point', { x, y });
      },
      undo: () => {
        say('slides.undo', {});
      },
      ...(room.leads ? { clear } : {}),
    });
    this.pen.bar.hidden = this.page.facts === null;
    room.stage.insertAdjacentElement('afterend', this.pen.bar);
    this.pen.bar.insertAdjacentElement('afterend', this.note);
    if (!room.leads) this.tell(room.text('slides_pen_mine'));
  }

  private isArmed(): boolean {
    return this.armed;
  }

  private tell(words: string): void {
    this.note.textContent = words;
    this.note.hidden = words === '';
  }
}

/** When a page came to be shown, by the server's clock. */
function momentOf(facts: SlideFacts | null): number {
  return facts === null ? 0 : (facts['at'] ?? 0);
}

export function slidesPart(room: RoomContext): RoomPart {
  return new Slides(room);
}
