/** Pages without htmx (sign-in, errors): dialogs, menus and islands alone. */
import { installDialogs } from '../core/dialog';
import { loadIslands } from '../core/islands';
import { installPage } from '../core/page';

installDialogs();
installPage();
loadIslands(document);
