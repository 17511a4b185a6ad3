/**
 * The worker that shows what a push service brings. It looks after /notices/ alone, answers no request
 * of any page, and keeps nothing: pages load as if it were not there.
 */
interface Told {
  title?: string;
  text?: string;
  url?: string;
  tag?: string;
}

interface Pushed {
  data: { json(): unknown } | null;
  waitUntil(done: Promise<unknown>): void;
}

interface Clicked {
  notification: { close(): void; data: unknown };
  waitUntil(done: Promise<unknown>): void;
}

interface Window {
  url: string;
  focus(): Promise<unknown>;
  navigate(url: string): Promise<unknown>;
}

interface Worker {
  registration: { showNotification(title: string, options: object): Promise<void> };
  clients: {
    matchAll(options: object): Promise<Window[]>;
    openWindow(url: string): Promise<unknown>;
  };
  location: { origin: string };
  skipWaiting(): Promise<void>;
  addEventListener(kind: 'push', listener: (event: Pushed) => void): void;
  addEventListener(kind: 'notificationclick', listener: (event: Clicked) => void): void;
  addEventListener(kind: 'install', listener: () => void): void;
}

const worker = self as unknown as Worker;
const LIST = '/notices/';

/** Only ways of our own, whatever was sent. */
function ownAddress(said: unknown): string {
  try {
    const address = new URL(typeof said === 'string' ? said : LIST, worker.location.origin);
    return address.origin === worker.location.origin ? address.href : new URL(LIST, worker.location.origin).href;
  } catch {
    return new URL(LIST, worker.location.origin).href;
  }
}

function read(event: Pushed): Told {
  try {
    return event.data?.json() ?? {};
  } catch {
    return {};
  }
}

worker.addEventListener('install', () => {
  void worker.skipWaiting();
});

worker.addEventListener('push', (event) => {
  const told = read(event);
  // A browser that is pushed to and shows nothing takes the permission away: there is always a sentence.
  event.waitUntil(
    worker.registration.showNotification(told.title ?? '网上党校', {
      body: told.text ?? '您有新消息',
      tag: told.tag ?? 'notices',
      data: ownAddress(told.url),
    }),
  );
});

worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const address = ownAddress(event.notification.data);
  event.waitUntil(
    worker.clients.matchAll({ type: 'window', includeUncontrolled: true }).then((windows) => {
      const list = windows.find((each) => new URL(each.url).pathname.startsWith(LIST));
      // Nobody is taken away from a lesson or an exam that is open in another tab.
      return list === undefined
        ? worker.clients.openWindow(address)
        : list
            .navigate(address)
            .catch(() => worker.clients.openWindow(address))
            .then(() => list.focus());
    }),
  );
});
