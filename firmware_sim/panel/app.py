"""The panel: asks the backdoor five times a second, shows what it said, passes on what a person does.

Law: the panel knows nothing that the backdoor did not say, and what goes wrong is one line in it, never a traceback.
Its one clock is `tick`, which a test calls by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from firmware_sim.panel import words
from firmware_sim.panel.actions import ACTIONS, ask
from firmware_sim.panel.client import Backdoor, Client, Url
from firmware_sim.panel.help import Help
from firmware_sim.panel.leaving import LeavingApp
from firmware_sim.panel.messages import Asked, ChannelChosen, PaneChosen
from firmware_sim.panel.person import Forces
from firmware_sim.panel.state import CHANNELS, PanelState, Refused, Waveform
from firmware_sim.panel.theme import PANEL
from firmware_sim.panel.widgets.buttons import Buttons
from firmware_sim.panel.widgets.channels import Channels
from firmware_sim.panel.widgets.head import Banner, Head
from firmware_sim.panel.widgets.panes import PANES, EventsPane, FaultsPane, Pane, PatientPane, Tabs, WaveformPane
from firmware_sim.panel.widgets.shown import Shown

TICK_S: Final = 0.2
"""Time between two looks at the simulator: five a second, quick enough for a hand, little for a slow line [design]."""
STILL_TICKS: Final = 10
"""Looks without any time passing after which the panel says so: two seconds [design]."""
NOTE_TICKS: Final = 40
"""Looks for which a note stays: eight seconds [design]."""
WIDE: Final = 112
TALL: Final = 36
"""The window from which on all panes are shown at once."""
MIN_WIDTH: Final = 80
MIN_HEIGHT: Final = 24
_PANE_IDS: Final = tuple(pane for pane, _, _ in PANES)


class PanelApp(LeavingApp):
    """`url` may be asked for again, `alive` tells whether the simulator still serves it; see `run_panel`.

    `tick_s` None leaves the ticking to the caller.
    """

    TITLE = "nmes-sim"
    CSS_PATH = "panel.tcss"
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(one.key, f"do('{one.id}')", one.label, id=one.id)
            for one in ACTIONS
            if one.id not in ("quit", "help")
        ),
        *(Binding(str(number), f"choose({number})", f"channel {number}") for number in range(1, CHANNELS + 1)),
        Binding("up", "step(-1)", "channel before", id="channel.before"),
        Binding("down", "step(1)", "next channel", id="channel.next"),
        *(Binding(key, f"pane('{pane}')", title, id=f"pane.{pane}") for pane, key, title in PANES),
        Binding("left", "turn(-1)", "pane before", id="pane.before"),
        Binding("right", "turn(1)", "next pane", id="pane.next"),
        Binding("pageup", "scroll(-1)", "scroll up", id="scroll.up"),
        Binding("pagedown", "scroll(1)", "scroll down", id="scroll.down"),
        Binding("f1,question_mark", "help", "help", id="help"),
    ]

    def __init__(
        self, backdoor: Backdoor, url: Url, alive: Callable[[], bool] = lambda: True, *, tick_s: float | None = TICK_S
    ) -> None:
        super().__init__()
        self.register_theme(PANEL)
        self.theme = PANEL.name
        self.channel = 1
        self.pane = _PANE_IDS[0]
        self.latest: PanelState | None = None
        self._client = Client(backdoor)
        self._url, self._alive, self._tick_s = url, alive, tick_s
        self._forces = Forces()
        self._still = 0
        self._noted = 0
        self._complained = False
        self._can_paint = False

    def compose(self) -> ComposeResult:
        yield Banner()
        yield Head()
        yield Shown(words.TOO_SMALL, id="small")
        yield Channels()
        yield Tabs()
        with Container(id="panes"):
            for kind, (pane, key, title) in zip(
                (WaveformPane, PatientPane, FaultsPane, EventsPane), PANES, strict=True
            ):
                yield kind(pane, f"{key.upper()} {title}")
        yield Shown(id="note")
        yield Buttons()

    def on_mount(self) -> None:
        self._can_paint = True
        self._front()
        self.call_after_refresh(self.tick)
        if self._tick_s is not None:
            self.set_interval(self._tick_s, self.tick)

    # --- looking ---

    def tick(self) -> None:
        """One look at the simulator; everything shown is from this moment."""
        if not self._alive():
            self.leave()
            return
        found = self._client.state()
        if isinstance(found, Refused):
            self._complain(found)
            return
        self._noted += 1
        self._watch_time(found)
        self.latest = found
        self._forces.note(found)
        self.paint()

    def _watch_time(self, found: PanelState) -> None:
        before = None if self.latest is None else self.latest.t_us
        self._still = self._still + 1 if found.t_us == before else 0
        if self._still >= STILL_TICKS:
            self._complain(Refused("the device's time stands still: is the simulator held or overloaded?"))
        elif self._complained or self._noted == NOTE_TICKS:
            self.note("")

    def paint(self) -> None:
        """Show the latest state; called again when the window or the choice changes."""
        state = self.latest
        if state is None or not self._can_paint or not self.is_running:
            return
        screen = self.screen_stack[0]
        screen.query_one(Head).show(state, self._url if isinstance(self._url, str) else self._url())
        screen.query_one(Channels).show(state, self.channel)
        screen.query_one(Tabs).show(state, self.pane)
        screen.query_one(WaveformPane).show(state, self.channel, self._waveform())
        screen.query_one(PatientPane).show(state, self._forces)
        screen.query_one(FaultsPane).show(state)
        screen.query_one(EventsPane).show(state)
        screen.query_one(Buttons).show(state, self.channel)

    def _waveform(self) -> Waveform | None:
        found = self._client.waveform(self.channel)
        if isinstance(found, Refused):
            self._complain(found)
            return None
        return found

    # --- saying ---

    def note(self, text: str, *, loud: bool = False) -> None:
        """One line above the buttons, until the next one or for NOTE_TICKS."""
        self._complained, self._noted = False, 0
        line = self.screen_stack[0].query_one("#note", Shown)
        line.show(f"! {text}" if loud else text)
        line.set_class(loud, "-loud")

    def _complain(self, refused: Refused) -> None:
        """What did not work; a trouble of the looking itself goes when the looking works again."""
        self.note(" ".join(refused.why.split()), loud=True)
        self._complained = True

    # --- doing ---

    def action_do(self, action: str) -> None:
        """One action of the table, by key or button."""
        if self.latest is None:
            return
        wanted = ask(action, self.latest, self.channel)
        refused = wanted if isinstance(wanted, Refused) else self._client.send(wanted.requests)
        self.tick()
        if refused is not None:
            self.note(" ".join(refused.why.split()), loud=True)
        elif not isinstance(wanted, Refused):
            self.note(wanted.said)

    def on_asked(self, message: Asked) -> None:
        match message.action:
            case "quit":
                self.leave()
            case "help":
                self.action_help()
            case action:
                self.action_do(action)

    def action_choose(self, channel: int) -> None:
        if channel > self._channels:
            self.note(f"This device has channels 1 to {self._channels}", loud=True)
            return
        self.channel = channel
        self.paint()

    @property
    def _channels(self) -> int:
        return CHANNELS if self.latest is None else len(self.latest.device.channels)

    def on_channel_chosen(self, message: ChannelChosen) -> None:
        self.action_choose(message.channel)

    def action_step(self, step: int) -> None:
        self.action_choose((self.channel - 1 + step) % self._channels + 1)

    def action_pane(self, pane: str) -> None:
        self.pane = pane
        self._front()
        self.call_after_refresh(self.paint)

    def on_pane_chosen(self, message: PaneChosen) -> None:
        self.action_pane(message.pane)

    def action_turn(self, step: int) -> None:
        self.action_pane(_PANE_IDS[(_PANE_IDS.index(self.pane) + step) % len(_PANE_IDS)])

    def action_scroll(self, step: int) -> None:
        pane = self.screen_stack[0].query_one(f"#{self.pane}", Pane)
        pane.scroll_relative(y=step * max(1, pane.size.height - 1), animate=False)

    def action_help(self) -> None:
        if not isinstance(self.screen, Help):
            self.push_screen(Help())

    # --- the window ---

    def on_resize(self, event: events.Resize) -> None:
        """The event's size: the app's own is still the one before."""
        size = event.size
        self.set_class(size.width >= WIDE and size.height >= TALL, "-wide")
        self.set_class(size.width < MIN_WIDTH or size.height < MIN_HEIGHT, "-small")
        self.call_after_refresh(self.paint)

    def _front(self) -> None:
        """The chosen pane is the one shown, or in a large window the one marked."""
        screen = self.screen_stack[0]
        for pane in screen.query(Pane):
            pane.set_class(pane.id == self.pane, "-front")
        screen.query_one(Tabs).show(self.latest, self.pane)
