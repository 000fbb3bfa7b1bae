"""The tables of the inline projections in memory: does to rows what the recorder's statements do (inline_rows)."""

from __future__ import annotations

from typing import Any, assert_never
from uuid import UUID

from msgspec import to_builtins

from televent.adapters.postgres.dav_index.inline_rows import TABLES
from televent.adapters.postgres.replay.tables import Key, Made, Row
from televent.application.read_models.accounts import (
    DestroyKey,
    DropApiKey,
    DropDevice,
    ForgetAccount,
    PutAccount,
    PutAddress,
    PutApiKey,
    PutDevice,
    PutErasure,
    PutPassword,
    PutPreferences,
    PutPrincipal,
)
from televent.application.read_models.calendars import ExpectCalendar, PutCalendar, RemoveCalendar
from televent.application.read_models.company import ChangeCompany, PutFreeBusy
from televent.application.read_models.resources import PutResource, RemoveResource
from televent.application.read_models.shares import PutMount, PutOverlay
from televent.application.read_models.writes import Write

BURIED: Row = {
    "ics": None, "deleted": True, "span": None, "firm": "{}", "floats": "{}", "loose": "{}", "fbtype": None,
    "days": None, "indexed": 0,
}  # fmt: skip
"""The columns of a tombstone."""


class Contradiction(Exception):
    """The facts contradict one another: no transaction of the recorder could have written them."""


class InlineModel:
    """The rows of one account. ``apply`` takes the writes in the order of the log."""

    def __init__(self) -> None:
        self.made: Made = {table: {} for tables in TABLES.values() for table in tables}

    def apply(self, write: Write) -> None:
        """Changes the rows. Raises Contradiction."""
        made, tenant = self.made, write.tenant
        match write:
            case PutResource():
                self._put_resource(write)
            case RemoveResource():
                self._bury(write)
            case PutCalendar():
                values = {"name": write.name, "components": list(write.components), "props": write.props}
                row = made["calendar"].setdefault((tenant, write.calendar_id), {"seq": 0, "deleted": False})
                if not row["deleted"]:
                    row |= {**values, "shares": write.shares}
            case RemoveCalendar():
                if (row_ := made["calendar"].get((tenant, write.calendar_id))) is not None:
                    row_["deleted"] = True
                for key in [each for each in made["resource"] if each[1] == write.calendar_id]:
                    del made["resource"][key]
            case ExpectCalendar() | DestroyKey():
                pass
            case PutMount():
                self._put_mount(write)
            case PutOverlay():
                seq = self._counted("mount", (tenant, write.share_id))
                made["overlay"][tenant, write.share_id, write.stream_id] = {"parts": write.parts, "seq": seq}
            case PutAccount():
                profile = {"telegram_id": write.telegram_id, "name": write.name, "timezone": write.timezone}
                first = {"preferences": None, "erase_at": None, "opened_at": write.opened_at}
                rest = {"locale": write.locale, "default_calendar": write.default_calendar}
                made["account"].setdefault((tenant,), first).update({**profile, **rest})
            case PutPreferences():
                if (account := made["account"].get((tenant,))) is not None:
                    account["preferences"] = to_builtins(write.preferences)
            case PutErasure():
                if (account := made["account"].get((tenant,))) is not None:
                    account["erase_at"] = write.at
            case PutPrincipal():
                self._principal(tenant)["props"] = write.props
            case PutFreeBusy():
                people = [str(each) for each in write.people]
                self._principal(tenant)["free_busy"] = {"audience": write.audience, "people": people}
            case ChangeCompany():
                self._change_company(write)
            case PutAddress():
                made["address"][tenant, write.address] = {
                    "verified": write.verified, "is_primary": write.primary, "code_hash": write.code_hash,
                    "code_until": write.code_until, "former": write.former,
                }  # fmt: skip
            case PutDevice():
                device = made["device"].setdefault((tenant, write.device_id), {"created_at": write.created_at})
                device |= {"name": write.name, "hash": write.hash, "selector": write.selector}
            case PutPassword():
                made["password"][(tenant,)] = {"hash": write.hash, "set_at": write.set_at}
            case PutApiKey():
                made["api_key"][(tenant, write.key_id)] = {
                    "name": write.name, "hash": write.hash, "scopes": list(write.scopes),
                    "expires_at": write.expires_at, "created_at": write.created_at,
                }  # fmt: skip
            case DropApiKey():
                made["api_key"].pop((tenant, write.key_id), None)
            case DropDevice():
                made["device"].pop((tenant, write.device_id), None)
            case ForgetAccount():
                for table in TABLES[write.projection]:
                    made[table].clear()
            case _:
                assert_never(write)

    def _counted(self, table: str, key: Key) -> int:
        row = self.made[table].get(key)
        if row is None or row.get("deleted"):
            raise Contradiction(f"a change in the {table} {key[1]}, which is not there")
        row["seq"] += 1
        return int(row["seq"])

    def _put_resource(self, put: PutResource) -> None:
        key = (put.tenant, put.calendar_id, put.href)
        standing = self.made["resource"].get(key)
        if put.fresh and standing is not None and not standing["deleted"]:
            raise Contradiction(f"a new resource over the one in the calendar {put.calendar_id}")
        # The columns of the index are made once, from the last text. The hash stands for the text itself.
        self.made["resource"][key] = {
            "stream_id": put.stream_id, "uid": put.uid, "etag": put.etag, "schedule_tag": put.schedule_tag,
            "component": put.component, "ics": put.etag, "seq": self._counted("calendar", key[:2]), "deleted": False,
            "recurs": put.recurs, "modified_at": put.modified_at,
        }  # fmt: skip

    def _bury(self, removed: RemoveResource) -> None:
        key = (removed.tenant, removed.calendar_id, removed.href)
        calendar = self.made["calendar"].get(key[:2])
        if calendar is None or calendar["deleted"]:
            return
        seq = self._counted("calendar", key[:2])
        row = self.made["resource"].get(key)
        if row is not None and row["stream_id"] == removed.stream_id and not row["deleted"]:
            row |= {**BURIED, "seq": seq, "modified_at": removed.modified_at}

    def _put_mount(self, put: PutMount) -> None:
        row = self.made["mount"].setdefault(
            (put.tenant, put.share_id), {"owner_id": put.owner, "calendar_id": put.of_calendar, "seq": 0}
        )
        # A notice keeps its time while its revision is the same.
        at = row["noticed_at"] if row.get("revision") == put.revision else put.noticed_at
        row |= {
            "status": put.status, "access": put.access, "title": put.title, "owner_name": put.owner_name,
            "summary": put.summary, "notice": put.notice, "noticed_at": at, "revision": put.revision,
            "props": put.props,
        }  # fmt: skip

    def _principal(self, tenant: UUID) -> dict[str, Any]:
        return self.made["principal"].setdefault((tenant,), {"props": {}, "free_busy": None})

    def _change_company(self, changed: ChangeCompany) -> None:
        company, place = self.made["company"], (changed.tenant, changed.stream_id)
        if changed.replaced:
            for key in [each for each in company if each[1] == changed.stream_id]:
                del company[key]
        for address in changed.removed:
            company.pop((*place, address), None)
        for address in changed.added:
            company[(*place, address)] = {}
