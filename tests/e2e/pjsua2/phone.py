#!/usr/bin/env python3
"""A pjsua2 softphone without a sound card, led by JSON lines.

One line on stdin is one command, `{"do": "dial", "to": "sip:4000@127.0.0.1:5060"}`; one line on stdout is one piece of news,
`{"event": "state", "call": 0, "state": "CONFIRMED", "code": 200}`. Everything that PJSIP sends and receives stands in the log file of
the command line, so that a story believes the wire and not the library. Calls are known by PJSIP's own numbers.
"""

import argparse
import json
import os
import queue
import sys
import threading

import pjsua2 as pj

# Long enough for any story; the recorder and the tone live as long as their call.
TONE_MS = 30_000
STATES = {
    pj.PJSIP_INV_STATE_NULL: "NULL",
    pj.PJSIP_INV_STATE_CALLING: "CALLING",
    pj.PJSIP_INV_STATE_INCOMING: "INCOMING",
    pj.PJSIP_INV_STATE_EARLY: "EARLY",
    pj.PJSIP_INV_STATE_CONNECTING: "CONNECTING",
    pj.PJSIP_INV_STATE_CONFIRMED: "CONFIRMED",
    pj.PJSIP_INV_STATE_DISCONNECTED: "DISCONNECTED",
}


def tell(event, **fields):
    sys.stdout.write(json.dumps({"event": event, **fields}) + "\n")
    sys.stdout.flush()


def careful(callback):
    """PJSIP swallows what a callback raises; a story must see it."""

    def wrapped(*arguments):
        try:
            callback(*arguments)
        except Exception as error:  # noqa: BLE001: whatever it is, it is told
            tell("defect", where=callback.__name__, what=str(error))

    return wrapped


class Call(pj.Call):
    def __init__(self, phone, number=pj.PJSUA_INVALID_ID):
        super().__init__(phone.account, number)
        self.phone = phone
        self.tone = None
        self.recorder = None

    @careful
    def onCallState(self, _parameters):
        info = self.getInfo()
        tell("state", call=info.id, state=STATES.get(info.state, "?"), code=info.lastStatusCode)
        if info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.tone = None
            self.recorder = None

    @careful
    def onCallMediaState(self, _parameters):
        # The list lives as long as what it was taken from.
        info = self.getInfo()
        for media in info.media:
            if media.type != pj.PJMEDIA_TYPE_AUDIO:
                continue
            tell("media", call=info.id, status=media.status, direction=media.dir)
            if media.status in (pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD):
                self.connect(info.id, media.index)

    def connect(self, number, index):
        audio = self.getAudioMedia(index)
        if self.tone is None:
            self.tone = pj.ToneGenerator()
            self.tone.createToneGenerator(8000, 1)
            tone = pj.ToneDesc()
            tone.freq1 = self.phone.arguments.hz
            tone.on_msec = TONE_MS
            tones = pj.ToneDescVector()
            tones.append(tone)
            self.tone.play(tones, True)
        self.tone.startTransmit(audio)
        if self.recorder is None:
            self.recorder = pj.AudioMediaRecorder()
            path = os.path.join(self.phone.arguments.dir, f"heard-{number}.wav")
            self.recorder.createRecorder(path)
        audio.startTransmit(self.recorder)

    @careful
    def onCallTransferStatus(self, parameters):
        tell("transfer", call=self.getId(), code=parameters.statusCode, final=parameters.finalNotify)
        parameters.cont = True

    @careful
    def onDtmfDigit(self, parameters):
        tell("digit", call=self.getId(), digit=parameters.digit)

    @careful
    def onCallReplaceRequest(self, _parameters):
        tell("replace", call=self.getId())


class Account(pj.Account):
    def __init__(self, phone):
        super().__init__()
        self.phone = phone

    @careful
    def onRegState(self, parameters):
        info = self.getInfo()
        tell("registered", code=parameters.code, active=info.regIsActive, expires=info.regExpiresSec)

    @careful
    def onIncomingCall(self, parameters):
        call = Call(self.phone, parameters.callId)
        self.phone.calls[parameters.callId] = call
        info = call.getInfo()
        tell("incoming", call=info.id, remote=info.remoteUri)
        code = self.phone.arguments.answer
        if code:
            self.phone.respond(call, 180)
            self.phone.respond(call, code)

    @careful
    def onMwiInfo(self, parameters):
        tell("mwi", body=parameters.rdata.wholeMsg)

    @careful
    def onInstantMessage(self, parameters):
        tell("message", sender=parameters.fromUri, body=parameters.msgBody)

    @careful
    def onInstantMessageStatus(self, parameters):
        tell("message_sent", code=parameters.code)


class Phone:
    def __init__(self, arguments):
        self.arguments = arguments
        self.calls = {}
        self.endpoint = pj.Endpoint()
        self.endpoint.libCreate()
        config = pj.EpConfig()
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        config.uaConfig.userAgent = "pjsua2"
        config.logConfig.level = 5
        config.logConfig.consoleLevel = 0
        config.logConfig.msgLogging = 1
        config.logConfig.filename = os.path.join(arguments.dir, "pjsip.log")
        # Else the null device closes after a second, and with it the sound.
        config.medConfig.sndAutoCloseTime = -1
        config.medConfig.ecTailLen = 0
        config.medConfig.noVad = True
        self.endpoint.libInit(config)
        transport = pj.TransportConfig()
        transport.boundAddress = "127.0.0.1"
        kinds = {
            "udp": pj.PJSIP_TRANSPORT_UDP,
            "tcp": pj.PJSIP_TRANSPORT_TCP,
            "tls": pj.PJSIP_TRANSPORT_TLS,
        }
        if arguments.ca:
            transport.tlsConfig.CaListFile = arguments.ca
            transport.tlsConfig.verifyServer = True
        self.endpoint.transportCreate(kinds[arguments.transport], transport)
        self.endpoint.libStart()
        self.endpoint.audDevManager().setNullDev()
        for codec in self.endpoint.codecEnum2():
            known = codec.codecId.startswith(("PCMA/8000", "PCMU/8000"))
            self.endpoint.codecSetPriority(codec.codecId, 255 if known else 0)
        self.account = Account(self)
        self.account.create(self.account_config())

    def account_config(self):
        arguments = self.arguments
        config = pj.AccountConfig()
        config.idUri = f"sip:{arguments.user}@{arguments.domain}"
        route = f"sip:{arguments.server};lr;hide;transport={arguments.transport}"
        config.sipConfig.proxies.append(route)
        if arguments.password:
            config.regConfig.registrarUri = f"sip:{arguments.domain}"
            config.regConfig.timeoutSec = arguments.expires
            secret = pj.AuthCredInfo("digest", "*", arguments.user, 0, arguments.password)
            config.sipConfig.authCreds.append(secret)
        config.natConfig.contactRewriteUse = 0
        config.natConfig.viaRewriteUse = 0
        config.natConfig.sipOutboundUse = 0
        config.callConfig.prackUse = {
            "no": pj.PJSUA_100REL_NOT_USED,
            "optional": pj.PJSUA_100REL_OPTIONAL,
            "required": pj.PJSUA_100REL_MANDATORY,
        }[arguments.prack]
        config.callConfig.timerUse = {
            "no": pj.PJSUA_SIP_TIMER_INACTIVE,
            "optional": pj.PJSUA_SIP_TIMER_OPTIONAL,
            "always": pj.PJSUA_SIP_TIMER_ALWAYS,
        }[arguments.timer]
        config.callConfig.timerSessExpiresSec = arguments.session_expires
        config.callConfig.timerMinSESec = min(90, arguments.session_expires)
        config.mwiConfig.enabled = arguments.mwi
        return config

    def respond(self, call, code):
        parameters = pj.CallOpParam()
        parameters.statusCode = code
        call.answer(parameters)

    def obey(self, order):
        """True while the phone goes on."""
        what = order["do"]
        call = self.calls.get(order.get("call", -1))
        parameters = pj.CallOpParam(True)
        if what == "quit":
            return False
        if what == "dial":
            call = Call(self)
            call.makeCall(order["to"], parameters)
            self.calls[call.getId()] = call
            tell("dialled", call=call.getId())
        elif what == "answer":
            self.respond(call, order.get("code", 200))
        elif what == "hangup":
            parameters.statusCode = order.get("code", 0)
            call.hangup(parameters)
        elif what == "hold":
            call.setHold(pj.CallOpParam())
        elif what == "resume":
            parameters.opt.flag = pj.PJSUA_CALL_UNHOLD
            call.reinvite(parameters)
        elif what == "update":
            call.update(parameters)
        elif what == "transfer":
            call.xfer(order["to"], pj.CallOpParam())
        elif what == "transfer_to_call":
            call.xferReplaces(self.calls[order["other"]], pj.CallOpParam())
        elif what == "digit":
            call.dialDtmf(order["digit"])
        elif what == "info":
            digits = pj.CallSendDtmfParam()
            digits.method = pj.PJSUA_DTMF_METHOD_SIP_INFO
            digits.digits = order["digits"]
            call.sendDtmf(digits)
        elif what == "unregister":
            self.account.setRegistration(False)
        elif what == "message":
            buddy = pj.BuddyConfig()
            buddy.uri = order["to"]
            self.buddy = pj.Buddy()
            self.buddy.create(self.account, buddy)
            message = pj.SendInstantMessageParam()
            message.content = order["text"]
            self.buddy.sendInstantMessage(message)
        else:
            tell("defect", where="obey", what=f"no command {what}")
        return True


def read_orders(into):
    for line in sys.stdin:
        into.put(json.loads(line))
    into.put({"do": "quit"})


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dir", required=True, help="folder for the log and what was heard")
    parser.add_argument("--server", required=True, help="host:port of the proxy")
    parser.add_argument("--user", required=True)
    parser.add_argument("--domain", default="localhost")
    parser.add_argument("--password", help="registers when there is one")
    parser.add_argument("--expires", type=int, default=60)
    parser.add_argument("--transport", choices=["udp", "tcp", "tls"], default="udp")
    parser.add_argument("--ca", help="certificates that the server's is verified against")
    parser.add_argument("--prack", choices=["no", "optional", "required"], default="no")
    parser.add_argument("--timer", choices=["no", "optional", "always"], default="optional")
    parser.add_argument("--session-expires", type=int, default=1800)
    parser.add_argument("--answer", type=int, default=0, help="status by which calls are answered at once")
    parser.add_argument("--hz", type=int, default=880, help="what it says")
    parser.add_argument("--mwi", action="store_true", help="subscribes to its message summary")
    arguments = parser.parse_args()
    phone = Phone(arguments)
    orders = queue.Queue()
    threading.Thread(target=read_orders, args=(orders,), daemon=True).start()
    tell("ready")
    while True:
        phone.endpoint.libHandleEvents(10)
        while not orders.empty():
            order = orders.get()
            try:
                if not phone.obey(order):
                    # libDestroy trips over Python objects that still live.
                    os._exit(0)
            except pj.Error as error:
                tell("refused", do=order["do"], what=error.info())


if __name__ == "__main__":
    main()
