/** What every page loads: htmx for live parts, Alpine for the palette, and our small behaviours. */
import Alpine from 'alpinejs'
import 'htmx.org'
import { startActions } from './actions.ts'
import { startAddresses } from './address.ts'
import { startBoards } from './boards.ts'
import { loadChartsLater } from './chart-loader.ts'
import { startClock } from './clock.ts'
import { startFormulas } from './formula.ts'
import { startKeys } from './keys.ts'
import { startPolling } from './live.ts'
import { startMenus } from './menus.ts'
import { palette } from './palette.ts'
import { startPicks } from './picks.ts'
import { startPopovers } from './popover.ts'
import { startPreferences } from './preferences.ts'
import { startToasts } from './toast.ts'

Alpine.data('palette', palette)
Alpine.start()

startClock()
startPreferences()
startActions()
startAddresses()
startMenus()
startFormulas()
startKeys()
startPopovers()
startPicks()
startToasts()
startPolling()
startBoards()
loadChartsLater()
