"""Apps: the list of installed apps, and what can be done to one: open, stop, disable, clear, permissions."""

from __future__ import annotations

from functools import partial

from device_farm.simulator.apps.browsing import size_text
from device_farm.simulator.apps.settings.pages import PACKAGE, Page, link_row, note, open_page
from device_farm.simulator.apps.settings.permissions import allowed_summary, groups_of, permissions_in
from device_farm.simulator.state import InstalledPackage
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context

ALL_APPS = ".Settings$ManageApplicationsActivity"
APP_INFO = ".applications.InstalledAppDetails"
APP_STORAGE = ".Settings$AppStorageSettingsActivity"
APP_PERMISSIONS = ".Settings$AppPermissionsActivity"
_RECENT = 4
NOTIFY = "android.permission.POST_NOTIFICATIONS"


def listed(context: Context[None]) -> tuple[InstalledPackage, ...]:
    """Apps with an icon, as the list shows them before `Show system`; disabled ones stay in it."""
    packages = context.phone.packages
    return tuple(
        sorted(
            (
                package
                for package in packages.list()
                if not package.enabled or not package.system or packages.launcher(package.name) is not None
            ),
            key=lambda package: package.label.lower(),
        )
    )


def package_of(context: Context[None]) -> InstalledPackage | None:
    """The app that the screen is about: an extra from Settings itself, or the `package:` URI of an intent."""
    name = context.intent.text_extra("package") or context.intent.data.removeprefix("package:")
    return context.phone.packages.get(name)


def data_bytes(context: Context[None], name: str) -> tuple[int, int]:
    """The app's own data without its cache, and its cache, in bytes."""
    folder, cache = f"/data/data/{name}", f"/data/data/{name}/cache"
    cached = context.files.tree_bytes(cache) if context.files.is_dir(cache) else 0
    total = context.files.tree_bytes(folder) if context.files.is_dir(folder) else 0
    return total - cached, cached


def _row(context: Context[None], package: InstalledPackage) -> w.Widget:
    size = size_text(sum(data_bytes(context, package.name)))
    return w.ListRow(
        package.label,
        size if package.enabled else "Disabled",
        leading=w.Avatar(icon=package.app.icon.glyph, seed=package.name, colour=package.app.icon.background),
        on_tap=partial(open_page, context, APP_INFO, package=package.name),
    )


class AppDashboard(Page[None]):
    title = "Apps"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        recent: list[str] = []
        for task in reversed(context.phone.activities.tasks):
            if task.package not in recent and task.package != PACKAGE:
                recent.append(task.package)
        found = [context.phone.packages.get(name) for name in recent[:_RECENT]]
        shown = tuple(_row(context, package) for package in found if package is not None)
        heading = (w.SectionHeader("Recently opened apps"),) if shown else ()
        count = len(listed(context))
        return (
            *heading,
            *shown,
            link_row(context, f"See all {count} apps", ALL_APPS, icon="apps"),
            w.SectionHeader("General"),
            link_row(context, "Battery usage", ".Settings$PowerUsageSummaryActivity"),
            link_row(context, "Notifications", ".Settings$ConfigureNotificationSettingsActivity"),
        )


class AllApps(Page[None]):
    title = "All apps"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        query = context.text("search").strip().lower()
        return (
            w.SearchBar("Search apps", key="search", padding=(16, 8), resource_id=f"{PACKAGE}:id/search_app_list_menu"),
            *(_row(context, package) for package in listed(context) if query in package.label.lower()),
        )


class AppInfo(Page[None]):
    title = "App info"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        package = package_of(context)
        if package is None:
            return (note("The app is not installed."),)
        data, cache = data_bytes(context, package.name)
        notifies = NOTIFY not in package.denied
        return (
            _header(package),
            self._buttons(context, package),
            w.SwitchRow(
                "Notifications",
                notifies,
                "On" if notifies else "Off",
                on_change=partial(_set_notifications, context, package.name),
            ),
            link_row(context, "Permissions", APP_PERMISSIONS, summary=allowed_summary(package), package=package.name),
            link_row(
                context,
                "Storage & cache",
                APP_STORAGE,
                summary=f"{size_text(data + cache)} used in internal storage",
                package=package.name,
            ),
            w.ListRow("Version", f"version {package.version_name}"),
        )

    def _buttons(self, context: Context[None], package: InstalledPackage) -> w.Widget:
        activities, packages = context.phone.activities, context.phone.packages
        if not package.system:
            middle = _button("Uninstall", "delete", lambda: context.dialog("uninstall"), "button2")
        elif package.enabled:
            middle = _button("Disable", "block", lambda: context.dialog("disable"), "button2")
        else:
            middle = _button("Enable", "check_circle", lambda: _enable(context, package.name), "button2")
        can_open = packages.launcher(package.name) is not None

        def launch() -> None:
            activities.launch_app(package.name)

        return w.Row(
            (
                _button("Open", "open_in_new", launch, "button1", enabled=can_open),
                middle,
                _button(
                    "Force stop",
                    "warning_amber",
                    lambda: context.dialog("stop"),
                    "button3",
                    enabled=package.enabled and not package.stopped,
                ),
            ),
            gap=6,
            padding=(12, 8),
            cross="stretch",
        )

    def dialog(self, context: Context[None], name: str, argument: object) -> w.Overlay:
        package = package_of(context)
        if package is None:
            return super().dialog(context, name, argument)
        phone = context.phone

        def uninstall() -> None:
            phone.packages.uninstall(package.name)
            context.finish()

        def disable() -> None:
            phone.packages.set_enabled(package.name, False)

        def stop() -> None:
            phone.activities.force_stop(package.name)

        match name:
            case "uninstall":
                return _question(package.label, "Do you want to uninstall this app?", "OK", uninstall)
            case "disable":
                text = "If you disable this app, Android and other apps may no longer function as intended."
                return _question("", text, "Disable app", disable)
            case _:
                return _question("Force stop?", "If you force stop an app, it may misbehave.", "OK", stop)


def _enable(context: Context[None], name: str) -> None:
    context.phone.packages.set_enabled(name, True)


def _set_notifications(context: Context[None], name: str, on: bool) -> None:
    if on:
        context.phone.packages.grant(name, NOTIFY)
    else:
        context.phone.packages.revoke(name, NOTIFY, by_person=True)


def _question(title: str, text: str, positive: str, action: w.Handler) -> w.Overlay:
    return w.Dialog(title=title, text=text, buttons=(w.DialogButton("Cancel"), w.DialogButton(positive, action)))


def _button(text: str, icon: str, on_tap: w.Handler, name: str, *, enabled: bool = True) -> w.Widget:
    """A button with its icon above the text."""
    colour: w.ColourRole = "primary" if enabled else "outline"
    return w.Column(
        (w.Icon(icon, colour=colour), w.Text(text, style="label", colour=colour, align="center")),
        cross="center",
        gap=4,
        padding=(4, 12),
        weight=1,
        radius=16,
        background="surface_container",
        on_tap=on_tap if enabled else None,
        enabled=enabled,
        description=text,
        class_name="android.widget.Button",
        resource_id=f"{PACKAGE}:id/{name}",
    )


def _header(package: InstalledPackage) -> w.Widget:
    return w.Column(
        (
            w.Avatar(icon=package.app.icon.glyph, size=64, colour=package.app.icon.background),
            w.Text(package.label, style="title_large", resource_id=f"{PACKAGE}:id/entity_header_title"),
        ),
        cross="center",
        gap=8,
        padding=(16, 8),
    )


class AppStorage(Page[None]):
    title = "Storage"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        package = package_of(context)
        if package is None:
            return (note("The app is not installed."),)
        data, cache = data_bytes(context, package.name)
        return (
            _header(package),
            w.Row(
                (
                    _button("Clear storage", "delete", lambda: context.dialog("clear"), "button1", enabled=data > 0),
                    _button(
                        "Clear cache",
                        "cached",
                        partial(_clear_cache, context, package.name),
                        "button2",
                        enabled=cache > 0,
                    ),
                ),
                gap=6,
                padding=(12, 8),
            ),
            w.SectionHeader("Space used"),
            w.ListRow("User data", size_text(data)),
            w.ListRow("Cache", size_text(cache)),
            w.ListRow("Total", size_text(data + cache)),
        )

    def dialog(self, context: Context[None], name: str, argument: object) -> w.Overlay:
        package = package_of(context)
        target = package.name if package is not None else ""

        def clear() -> None:
            context.phone.packages.clear(target)

        return _question(
            "Clear app data?",
            "This app’s data will be permanently deleted. This includes files, settings, accounts, and databases.",
            "OK",
            clear,
        )


def _clear_cache(context: Context[None], name: str) -> None:
    folder = f"/data/data/{name}/cache"
    for entry in context.files.list(folder) if context.files.is_dir(folder) else ():
        context.files.remove(f"{folder}/{entry}", recursive=True)


class AppPermissions(Page[None]):
    title = "App permissions"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        package = package_of(context)
        if package is None:
            return (note("The app is not installed."),)
        allowed, refused = groups_of(package)
        return (
            _header(package),
            w.SectionHeader("Allowed"),
            *(self._row(context, name) for name in allowed),
            *(() if allowed else (w.Text("No permissions allowed", padding=(24, 8), colour="on_surface_variant"),)),
            w.SectionHeader("Not allowed"),
            *(self._row(context, name) for name in refused),
            *(() if refused else (w.Text("No permissions denied", padding=(24, 8), colour="on_surface_variant"),)),
        )

    def _row(self, context: Context[None], group: str) -> w.Widget:
        return w.ListRow(group, on_tap=partial(context.dialog, "permission", group))

    def dialog(self, context: Context[None], name: str, argument: object) -> w.Overlay:
        package, group = package_of(context), str(argument)
        if package is None:
            return super().dialog(context, name, argument)
        allowed, _ = groups_of(package)
        return w.ChoiceDialog(
            f"{group} access for this app",
            ("Allow", "Don’t allow"),
            0 if group in allowed else 1,
            lambda index: _set_group(context, package, group, index == 0),
        )


def _set_group(context: Context[None], package: InstalledPackage, group: str, allow: bool) -> None:
    for permission in permissions_in(package, group):
        if allow:
            context.phone.packages.grant(package.name, permission)
        else:
            context.phone.packages.revoke(package.name, permission, by_person=True)
