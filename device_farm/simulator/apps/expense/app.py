"""The expense app, under the package and activity names of Pro Expense."""

from __future__ import annotations

from device_farm.simulator.apps.expense import sheets
from device_farm.simulator.apps.expense.entry import entry_page, leave, open_entry
from device_farm.simulator.apps.expense.home import home_page
from device_farm.simulator.apps.expense.logs import logs_page
from device_farm.simulator.apps.expense.navigation import BLUE, WHITE, MainContext, MainState, drawer, go_to
from device_farm.simulator.apps.expense.onboarding import onboarding
from device_farm.simulator.apps.expense.options import FIRST_TIME_KEY, is_first_time, preferences
from device_farm.simulator.apps.expense.pages import choice_dialog, small_page
from device_farm.simulator.apps.expense.schema import DATABASE, PACKAGE, SCHEMA
from device_farm.simulator.apps.expense.store import ExpenseStore
from device_farm.simulator.apps.seeding import first_start
from device_farm.simulator.intents import LAUNCHER, MAIN, IntentFilter
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, ActivityEntry, App, AppContext, AppIcon


class Main(Activity[MainState]):
    """The one activity, with a page for each destination of the real app's navigation graph."""

    def initial(self, context: MainContext) -> MainState:
        # As Room does, the start makes the database where it is missing, whether or not anybody looks at the screen.
        ExpenseStore(context)
        return MainState()

    def build(self, context: MainContext) -> w.Widget:
        if is_first_time(context.files):
            return onboarding(context)
        match context.state.page:
            case "entry":
                return entry_page(context)
            case "home":
                page = home_page(context)
            case "logs":
                page = logs_page(context)
            case _:
                page = small_page(context)
        screen = w.Screen(body=page, fab=_add_button(context))
        return w.Stack((screen, drawer(context))) if context.state.drawer else screen

    def dialog(self, context: MainContext, name: str, argument: object) -> w.Overlay:
        match name:
            case "detail":
                assert isinstance(argument, tuple)
                number = int(argument[0])
                return sheets.detail_sheet(
                    context, argument, lambda: open_entry(context, ExpenseStore(context).get(number))
                )
            case "confirm":
                return sheets.confirm_sheet(context, argument)
            case "filter":
                return sheets.filter_sheet(context)
            case "filter_day":
                return sheets.filter_day_picker(context, argument)
            case "day":
                return sheets.entry_day_picker(context)
            case "time":
                return sheets.entry_time_picker(context)
            case _:
                return choice_dialog(context, name)

    def on_back(self, context: MainContext) -> bool:
        state = context.state
        if state.drawer:
            context.update(drawer=False)
        elif state.page == "entry":
            leave(context)
        elif state.selected or state.revealed:
            context.update(selected=(), revealed=0)
        elif state.page != "home":
            go_to(context, "home")
        else:
            return False
        return True


def _add_button(context: MainContext) -> w.Widget:
    return w.Fab(
        "add",
        colour=WHITE,
        radius=28,
        elevation=6,
        background=BLUE,
        resource_id="fb_main_add",
        on_tap=lambda: open_entry(context),
    )


class ExpenseApp(App):
    """A new phone comes set up and without expenses; cleared data bring the two first steps back."""

    package = PACKAGE
    label = "Pro Expense"
    icon = AppIcon(glyph="account_balance_wallet", background=BLUE)
    version_name = "1.0.0-beta05"
    version_code = 11
    system = False
    permissions = (
        "android.permission.INTERNET",
        "android.permission.READ_EXTERNAL_STORAGE",
        "android.permission.WRITE_EXTERNAL_STORAGE",
    )
    activities = (
        ActivityEntry(
            class_name=".ui.MainActivity",
            activity=Main(),
            filters=(IntentFilter(actions=(MAIN,), categories=(LAUNCHER,)),),
        ),
    )

    def on_install(self, context: AppContext) -> None:
        context.database(DATABASE, SCHEMA).create()
        if first_start(context):
            preferences(context.files).put(**{FIRST_TIME_KEY: False})
