/** What was said until a moment, as lines. */
import { make } from '../../contest/elements';
import type { Entry } from './timeline';

const KIND_WORDS: Readonly<Record<string, string>> = {
  question: 'replay_question',
  check_open: 'replay_check',
  check_told: 'replay_check',
};

export function talkLines(said: readonly Entry[], text: (key: string) => string): HTMLElement[] {
  return said.map((entry) => {
    const kind = KIND_WORDS[entry.kind];
    const line = make('li', 'replay-talk__one', make('span', 'replay-talk__by', entry.by));
    if (kind !== undefined) line.append(make('span', 'replay-talk__kind', text(kind)));
    line.append(entry.text ?? '');
    return line;
  });
}
