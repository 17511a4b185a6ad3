/** Every other page: the core and htmx. */
import './core';
import { installHtmx } from '../core/htmx';

installHtmx();
