/** The tab of groups: what is in it is loaded when there are groups, or to make some. */
import { make } from '../../contest/elements';
import type { ClassView } from '../config';
import type { RoomContext, RoomPart } from '../part';

const AGAIN_MS = 2000;

export function groupsPart(room: RoomContext): RoomPart {
  const element = make('div', '', make('p', 'muted', room.text('groups_none')));
  let part: RoomPart | null = null;
  let loading = false;
  let isOpen = false;
  let last: ClassView | null = null;
  const load = async (): Promise<void> => {
    if (loading) return;
    loading = true;
    let found: typeof import('./part');
    try {
      found = await import('./part');
    } catch {
      // The network was away for a moment: a class is not divided twice for that.
      loading = false;
      window.setTimeout(() => void load(), AGAIN_MS);
      return;
    }
    part = new found.Groups(room);
    if (part.element !== undefined) element.replaceChildren(part.element);
    if (last !== null) part.view?.(last);
    if (isOpen) part.opened?.();
  };
  return {
    key: 'groups',
    title: room.text('groups'),
    element,
    view: (view) => {
      last = view;
      if (part !== null) part.view?.(view);
      else if ((view['groups'] ?? null) !== null) void load();
    },
    aside: (aside) => {
      part?.aside?.(aside);
    },
    opened: () => {
      isOpen = true;
      if (room.leads && part === null) void load();
      else part?.opened?.();
    },
    closed: () => {
      isOpen = false;
      part?.closed?.();
    },
  };
}
