"""Installed packages: what is there, what it may do, and which activity answers an intent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from device_farm.simulator import intents
from device_farm.simulator.content_types import content_type
from device_farm.simulator.intents import ComponentName, Intent, IntentFilter
from device_farm.simulator.placeholder import placeholder_app
from device_farm.simulator.state import InstalledPackage
from device_farm.simulator.toolkit.app import ActivityEntry, App

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

FIRST_APP_UID = 10000


class Packages:
    """View of the phone's packages; every change goes through the phone's state."""

    def __init__(self, phone: SimulatedPhone) -> None:
        self._phone = phone
        self._launchable: tuple[Mapping[str, InstalledPackage] | None, tuple[InstalledPackage, ...]] = (None, ())

    def list(self) -> tuple[InstalledPackage, ...]:
        """All packages, sorted by name."""
        found = self._phone.state.packages
        return tuple(found[name] for name in sorted(found))

    def get(self, name: str) -> InstalledPackage | None:
        return self._phone.state.packages.get(name)

    def add_app(self, app: App) -> None:
        """Installs a program object and runs its `on_install`."""
        now_s = self._phone.clock.now_s()
        path = f"/system/app/{app.label.replace(' ', '')}/{app.label.replace(' ', '')}.apk"
        self._put(
            InstalledPackage(
                name=app.package,
                label=app.label,
                app=app,
                uid=self._free_uid(),
                version_name=app.version_name,
                version_code=app.version_code,
                system=app.system,
                apk_path=path if app.system else f"/data/app/{app.package}/base.apk",
                first_install_s=now_s,
                last_update_s=now_s,
                requested=app.permissions,
                granted=frozenset(app.granted),
            )
        )
        self._make_data(app)

    def install(
        self,
        name: str,
        *,
        label: str = "",
        version_name: str = "1.0",
        version_code: int = 1,
        installer: str = "",
        permissions: tuple[str, ...] = (),
        program: App | None = None,
    ) -> InstalledPackage:
        """Installs `program`, without one a placeholder activity, or updates the version of a package that is there."""
        now_s = self._phone.clock.now_s()
        old = self.get(name)
        if old is not None:
            new = replace(old, version_name=version_name, version_code=version_code, last_update_s=now_s)
            self._put(new)
            return new
        app = program or placeholder_app(name, label or name.rpartition(".")[2].capitalize())
        new = InstalledPackage(
            name=name,
            label=app.label,
            app=app,
            uid=self._free_uid(),
            version_name=version_name,
            version_code=version_code,
            apk_path=f"/data/app/{name}/base.apk",
            installer=installer,
            first_install_s=now_s,
            last_update_s=now_s,
            requested=permissions or app.permissions,
        )
        self._put(new)
        self._make_data(app)
        return new

    def uninstall(self, name: str) -> bool:
        """Removes a package with its data. False where there is none, or it is a system package."""
        found = self.get(name)
        if found is None or found.system:
            return False
        self._phone.activities.force_stop(name)
        self._remove_data(name)
        packages = {key: value for key, value in self._phone.state.packages.items() if key != name}
        self._phone.change(packages=packages)
        return True

    def clear(self, name: str) -> bool:
        """`pm clear`: stops it, forgets its data and permissions, and installs it anew. False where there is none."""
        found = self.get(name)
        if found is None:
            return False
        self._phone.activities.force_stop(name)
        self._remove_data(name)
        self._put(replace(found, granted=frozenset(found.app.granted), denied=frozenset()))
        self._make_data(found.app)
        return True

    def grant(self, name: str, permission: str) -> bool:
        found = self.get(name)
        if found is None:
            return False
        self._put(replace(found, granted=found.granted | {permission}, denied=found.denied - {permission}))
        # Nobody need answer what has been answered meanwhile.
        kept = tuple(
            prompt for prompt in self._phone.state.prompts if (prompt.package, prompt.permission) != (name, permission)
        )
        if len(kept) != len(self._phone.state.prompts):
            self._phone.change(prompts=kept)
        return True

    def revoke(self, name: str, permission: str, *, by_person: bool = False) -> bool:
        """Takes a permission away; `by_person` also keeps the app from asking again."""
        found = self.get(name)
        if found is None:
            return False
        denied = found.denied | {permission} if by_person else found.denied - {permission}
        self._put(replace(found, granted=found.granted - {permission}, denied=denied))
        return True

    def set_enabled(self, name: str, enabled: bool) -> bool:
        found = self.get(name)
        if found is None:
            return False
        if not enabled:
            self._phone.activities.force_stop(name)
        self._put(replace(found, enabled=enabled))
        return True

    def set_stopped(self, name: str, stopped: bool) -> None:
        found = self.get(name)
        if found is not None and found.stopped != stopped:
            self._put(replace(found, stopped=stopped))

    def has_permission(self, name: str, permission: str) -> bool:
        found = self.get(name)
        return found is not None and permission in found.granted

    # Activities and intents

    def entry(self, component: ComponentName) -> ActivityEntry | None:
        """The manifest entry of an activity of an enabled package."""
        found = self.get(component.package)
        if found is None or not found.enabled:
            return None
        return next(
            (entry for entry in found.app.activities if full_name(found.name, entry) == component.class_name), None
        )

    def launcher(self, name: str) -> ComponentName | None:
        """The activity behind the package's icon."""
        found = self.get(name)
        if found is None or not found.enabled:
            return None
        wanted = Intent(action=intents.MAIN, categories=(intents.LAUNCHER,))
        return next((ComponentName(name, full_name(name, entry)) for entry in found.app.activities
                     if any(each.matches(wanted) for each in entry.filters)), None)  # fmt: skip

    def launchable(self) -> tuple[InstalledPackage, ...]:
        """Packages with an icon, by label."""
        packages = self._phone.state.packages
        if self._launchable[0] is not packages:
            found = [package for package in self.list() if self.launcher(package.name) is not None]
            ordered = tuple(sorted(found, key=lambda package: (package.label.lower(), package.name)))
            # The packages of a state never change; other ones are another object.
            self._launchable = (packages, ordered)
        return self._launchable[1]

    def resolve(self, intent: Intent) -> tuple[ComponentName, ...]:
        """Activities that can answer `intent`; an explicit one answers alone."""
        if intent.component is not None:
            return (intent.component,) if self.entry(intent.component) is not None else ()
        if not intent.type and (found := content_type(intent.data)):
            intent = replace(intent, type=found)
        implicit = intent if intents.LAUNCHER in intent.categories or intent.action == intents.MAIN else replace(
            intent, categories=(*intent.categories, intents.DEFAULT))  # fmt: skip
        return tuple(
            ComponentName(package.name, full_name(package.name, entry))
            for package in self.list()
            if package.enabled and intent.package in ("", package.name)
            for entry in package.app.activities
            if entry.exported and any(_answers(each, implicit) for each in entry.filters)
        )

    # Data folders

    def data_dir(self, name: str) -> str:
        return f"/data/data/{name}"

    def _make_data(self, app: App) -> None:
        files = self._phone.files
        folder = self.data_dir(app.package)
        uid = self._phone.state.packages[app.package].uid
        for path in (folder, f"{folder}/databases", f"{folder}/files", f"{folder}/shared_prefs", f"{folder}/cache"):
            if not files.is_dir(path):
                files.mkdir(path, parents=True, mode=0o771, uid=uid)
        app.on_install(self._phone.callbacks.app_context(app.package))

    def _remove_data(self, name: str) -> None:
        files = self._phone.files
        for path in (self.data_dir(name), f"/sdcard/Android/data/{name}"):
            if files.exists(path):
                files.remove(path, recursive=True)

    def _free_uid(self) -> int:
        return max((package.uid for package in self._phone.state.packages.values()), default=FIRST_APP_UID - 1) + 1

    def _put(self, package: InstalledPackage) -> None:
        self._phone.change(packages={**self._phone.state.packages, package.name: package})


def full_name(package: str, entry: ActivityEntry) -> str:
    """The activity's class in full."""
    return package + entry.class_name if entry.class_name.startswith(".") else entry.class_name


def _answers(each: IntentFilter, intent: Intent) -> bool:
    return each.matches(intent)
