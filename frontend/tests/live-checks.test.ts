import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ServerTime } from '../src/contest/clock';
import type { Asked, Own } from '../src/live/check-card';
import { makeChecks } from '../src/live/checks';
import type { ClassView } from '../src/live/config';
import type { Reply, RoomContext } from '../src/live/part';
import { ReplayChecks } from '../src/live/replay-checks';

const POLL: Asked = { id: 1, kind: 'poll', opened: 0, state: 'open', type: 'single', question: '清楚吗？', options: ['是', '否'] };
const ROLL: Asked = { id: 2, kind: 'roll', opened: 0, state: 'open', closes: 60_000, first: null };

function view(check: Asked | null, state: ClassView['state'] = 'on_air'): ClassView {
  return { state, lost: false, reason: '', begun: 0, check };
}

function room(leads: boolean, reply: (verb: string, body: object) => Reply, answered: Record<string, Own> = {}): RoomContext & { said: [string, object][] } {
  const time = new ServerTime(() => 0);
  time.said(0);
  const said: [string, object][] = [];
  return {
    said,
    me: { id: 1, name: '张秀英' },
    leads,
    inStudio: leads,
    time,
    stage: document.createElement('div'),
    text: (key, values = {}) => [key, ...Object.values(values)].join(' '),
    say: (verb, body = {}) => {
      said.push([verb, body]);
      return Promise.resolve(reply(verb, body));
    },
    shownAt: () => null,
    config: () => ({ answered, bank: '/bank/' }),
    show: vi.fn(),
    mark: vi.fn(),
  };
}

function press(root: ParentNode, words: string): void {
  const found = Array.from(root.querySelectorAll('button')).find((each) => each.textContent === words);
  if (found === undefined) throw new Error(`no button ${words}`);
  found.click();
}

const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 0));

describe('the card of a member', () => {
  it('takes what is written, and says whether it was right when that is told', async () => {
    const blank: Asked = { id: 3, kind: 'quiz', opened: 0, state: 'open', type: 'blank', question: '______', options: [], blanks: 2 };
    const sent = { blank: ['三会一课', '主题党日'] };
    const seat = room(false, () => ({ ok: 'k', at: 1, clock: '10:21:05', sent }));
    const part = makeChecks(seat);
    document.body.append(seat.stage);
    part.view?.(view(blank));
    const card = seat.stage.querySelector('.checks-card') as HTMLElement;
    const [first, second] = Array.from(card.querySelectorAll('input'));
    press(card, 'checks_submit');
    expect(seat.said).toEqual([]);
    expect(card.textContent).toContain('checks_write');
    if (first === undefined || second === undefined) throw new Error('no fields');
    first.value = ' 三会一课 ';
    second.value = '主题党日';
    press(card, 'checks_submit');
    await settled();
    expect(seat.said).toEqual([['checks.answer', { check: 3, sent }]]);
    const told: Asked = {
      ...blank,
      state: 'told',
      answered: 3,
      written: [['三会一课；主题党日', 2, true]],
      others: 1,
      rights: ['三会一课；主题党日'],
      words: ['1. 三会一课', '2. 主题党日'],
    };
    part.view?.(view(told));
    expect(card.querySelector('.checks-card__verdict')?.textContent).toBe('checks_right');
    expect(Array.from(card.querySelectorAll('.checks-bars__text')).map((each) => each.textContent)).toEqual([
      '三会一课；主题党日 checks_right_one',
      'checks_others',
    ]);
    part.view?.(view({ ...told, rights: null }));
    expect(card.querySelector('.checks-card__verdict')).toBe(null);
  });

  it('sends one tap, and says sent when it has been kept', async () => {
    const seat = room(false, () => ({ ok: 'k', at: 1, clock: '10:21:05', sent: { choice: ['1'] } }));
    const part = makeChecks(seat);
    part.view?.(view(POLL));
    const card = seat.stage.querySelector('.checks-card') as HTMLElement;
    expect(card.hidden).toBe(false);
    press(card, '否');
    expect(card.textContent).not.toContain('checks_sent');
    await settled();
    expect(seat.said).toEqual([['checks.answer', { check: 1, sent: { choice: ['1'] } }]]);
    expect(card.textContent).toContain('checks_sent 10:21:05');
  });

  it('keeps the buttons and says why where it was not kept', async () => {
    const seat = room(false, () => ({ no: 'CheckClosedError', why: '已经结束，这次没有收。' }));
    makeChecks(seat).view?.(view(POLL));
    const card = seat.stage.querySelector('.checks-card') as HTMLElement;
    press(card, '是');
    await settled();
    expect(card.querySelector('[role=alert]')?.textContent).toBe('已经结束，这次没有收。');
    expect(Array.from(card.querySelectorAll('button')).map((each) => each.disabled)).toEqual([false, false]);
  });

  it('is not shown to who answered the first round', () => {
    const seat = room(false, () => ({ ok: 'k' }), { '2': { at: 5, later: false, clock: '10:00:00' } });
    makeChecks(seat).view?.(view({ ...ROLL, id: 3, first: 2 }));
    const card = seat.stage.querySelector('.checks-card') as HTMLElement;
    expect(Array.from(card.querySelectorAll('button'))).toEqual([]);
    expect(card.textContent).toContain('checks_was_here 10:00:00');
  });

  it('goes away when what was asked is shut, and comes with the figures when told', () => {
    const seat = room(false, () => ({ ok: 'k' }));
    const part = makeChecks(seat);
    const card = seat.stage.querySelector('.checks-card') as HTMLElement;
    part.view?.(view(POLL));
    part.view?.(view({ ...POLL, state: 'shut' }));
    expect(card.hidden).toBe(true);
    part.view?.(view({ ...POLL, state: 'told', counts: [3, 1], answered: 4 }));
    expect(Array.from(card.querySelectorAll('progress')).map((each) => [each.value, each.max])).toEqual([[3, 4], [1, 4]]);
    press(card, 'checks_hide');
    expect(card.hidden).toBe(true);
  });
});

describe('the tab of who leads', () => {
  it('asks by a template and shows the figures that come', async () => {
    const desk = room(true, (verb) => (verb === 'checks.look' ? { ok: 'k', id: 1, answered: 2, counts: [2, 0] } : { ok: 'k', check: 1 }));
    const part = makeChecks(desk);
    part.view?.(view(null));
    press(part.element as HTMLElement, 'checks_yes_no');
    await settled();
    expect(desk.said[0]).toEqual(['checks.poll', { question: '', options: ['checks_yes', 'checks_no'], several: false }]);
    part.view?.(view(POLL));
    await settled();
    expect(part.element?.textContent).toContain('checks_answered 2');
    part.aside?.({ check: { id: 1, answered: 5, counts: [4, 1] } });
    expect(part.element?.textContent).toContain('checks_answered 5');
    part.aside?.({ check: { id: 9, answered: 7, counts: [] } });
    expect(part.element?.textContent).toContain('checks_answered 5');
  });
});

describe('the replay', () => {
  const cue = { ...POLL, check: 1, at: 10_000 };
  let checks: ReplayChecks;
  const pause = vi.fn();
  const resume = vi.fn();

  beforeEach(async () => {
    pause.mockReset();
    vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(new Response(JSON.stringify({ cues: [cue], answered: {} })))));
    checks = new ReplayChecks({ cues: '/live/1/checks/cues/', text: (key) => key, pause, resume });
    await checks.load();
  });

  it('asks where the replay has it, and nothing that has no place there', () => {
    checks.place(new Map([[1, 3000]]));
    checks.shows(2000);
    checks.shows(3500);
    expect(checks.element.hidden).toBe(false);
    checks.element.hidden = true;
    checks.place(new Map());
    checks.shows(2000);
    checks.shows(3500);
    expect(checks.element.hidden).toBe(true);
  });

  it('asks when the picture comes to the moment, and not after a jump over it', () => {
    checks.shows(1000);
    checks.shows(60_000);
    expect(checks.element.hidden).toBe(true);
    checks.shows(9_000);
    checks.shows(10_500);
    expect([checks.element.hidden, pause.mock.calls.length]).toEqual([false, 1]);
  });

  it('sends the answer beside the cues and asks it no more', async () => {
    checks.shows(9_000);
    checks.shows(10_500);
    const answer = vi.fn<(address: URL) => Promise<Response>>(() =>
      Promise.resolve(new Response(JSON.stringify({ at: 1, later: true, clock: '10:21:05' }))),
    );
    vi.stubGlobal('fetch', answer);
    press(checks.element, '是');
    await settled();
    await settled();
    expect(answer.mock.calls[0]?.[0].pathname).toBe('/live/1/checks/1/later/');
    expect(checks.element.textContent).toContain('checks_later_sent');
    press(checks.element, 'checks_go_on');
    expect(resume).toHaveBeenCalledOnce();
    checks.shows(9_000);
    checks.shows(10_500);
    expect(checks.element.hidden).toBe(true);
  });
});
