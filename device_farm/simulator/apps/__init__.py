"""The apps that every simulated phone comes with."""

from __future__ import annotations

from device_farm.simulator.accessibility_forwarder.app import APP as ACCESSIBILITY_FORWARDER
from device_farm.simulator.apps.calendar.app import CalendarApp
from device_farm.simulator.apps.camera.app import CameraApp
from device_farm.simulator.apps.chrome.app import ChromeApp
from device_farm.simulator.apps.clock.app import ClockApp
from device_farm.simulator.apps.contacts.app import ContactsApp, ContactsProviderApp
from device_farm.simulator.apps.dialer.app import DialerApp
from device_farm.simulator.apps.draw.app import DrawApp
from device_farm.simulator.apps.expense.app import ExpenseApp
from device_farm.simulator.apps.files.app import FilesApp
from device_farm.simulator.apps.gallery.app import GalleryApp
from device_farm.simulator.apps.helpers.clipper import ClipperApp
from device_farm.simulator.apps.helpers.screens import AndroidWorldApp, MiniWobApp
from device_farm.simulator.apps.joplin.app import JoplinApp
from device_farm.simulator.apps.music.app import MusicApp
from device_farm.simulator.apps.notes.app import NotesApp
from device_farm.simulator.apps.osmand.app import MapsApp
from device_farm.simulator.apps.recipes.app import RecipesApp
from device_farm.simulator.apps.recorder.app import AudioRecorderApp
from device_farm.simulator.apps.settings.app import SettingsApp
from device_farm.simulator.apps.sms.app import SmsApp, TelephonyProviderApp
from device_farm.simulator.apps.tasks.app import TasksApp
from device_farm.simulator.apps.tracks.app import TracksApp
from device_farm.simulator.apps.vlc.app import VlcApp
from device_farm.simulator.toolkit.app import App

BUILTIN_APPS: tuple[App, ...] = (
    SettingsApp(),
    ContactsProviderApp(),
    ContactsApp(),
    NotesApp(),
    FilesApp(),
    ClockApp(),
    TelephonyProviderApp(),
    SmsApp(),
    GalleryApp(),
    RecipesApp(),
    ExpenseApp(),
    MapsApp(),
    CalendarApp(),
    TasksApp(),
    JoplinApp(),
    TracksApp(),
    MusicApp(),
    VlcApp(),
    ACCESSIBILITY_FORWARDER,
    DialerApp(),
    AndroidWorldApp(),
    ClipperApp(),
    MiniWobApp(),
    AudioRecorderApp(),
    CameraApp(),
    DrawApp(),
    ChromeApp(),
)
