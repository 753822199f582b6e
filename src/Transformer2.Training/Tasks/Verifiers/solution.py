# The solution's process: has the solution, and nothing of the tests. It answers questions until nobody asks; what it says is only ever data to the judge.
import os, sys, types

sys.path = [path for path in sys.path if path]
requests, answers = os.fdopen(int(sys.argv[1]), 'rb'), os.fdopen(int(sys.argv[2]), 'wb')
source = receive(requests)
module = types.ModuleType('solution')
sys.modules['solution'] = module
things = {}


def keep(thing):
    things[len(things)] = thing
    return len(things) - 1


def kind(value):
    if isinstance(value, types.ModuleType):
        return ['module', value.__name__]
    if callable(value):
        return ['value', ['h', keep(value)]]
    return ['value', encode(value, keep)]


def act(message):
    arguments = [decode(form, things.__getitem__) for form in message['arguments']]
    thing = things[message['thing']]
    what = message['what']
    if what == 'call':
        return thing(*arguments, **{name: decode(form, things.__getitem__) for name, form in message['named'].items()})
    if what == 'get':
        return getattr(thing, arguments[0])
    if what == 'set':
        return setattr(thing, arguments[0], arguments[1])
    if what == 'items':
        return list(thing)
    if what == 'length':
        return len(thing)
    if what == 'item':
        return thing[arguments[0]]
    raise ValueError(what)


def attempt(action):
    try:
        send(answers, {'value': action()})
    except BaseException as fault:
        send(answers, {'fault': [base.__name__ for base in type(fault).__mro__][:8], 'text': str(fault)[:500] if isinstance(fault, Exception) else ''})


def load():
    exec(compile(source, 'solution', 'exec'), module.__dict__)
    names = {}
    for name, value in list(module.__dict__.items()):
        if name.startswith('__'):
            continue
        try:
            names[name] = kind(value)
        except Exception:
            pass
    return names


attempt(load)
while True:
    message = receive(requests)
    attempt(lambda: encode(act(message), keep))
