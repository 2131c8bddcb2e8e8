import { serveWebThread } from '../platform/web.ts';
import { services } from './services.ts';

serveWebThread(({ role, data }, platform, port) =>
  services[role]({ platform, port, data, lowerPriority: () => Promise.resolve() }),
);
