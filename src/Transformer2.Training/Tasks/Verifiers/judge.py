# The judge's process: has the tests, and never runs the solution. It starts the solution in a process of its own, hands the tests functions that ask that process, and
# says that all is well on a way that the solution does not have. Nothing that the solution does to its own process changes what a test is.
import builtins, ctypes, importlib, json, os, subprocess, sys

payload = json.loads(sys.stdin.buffer.read())
verdict = os.fdopen(os.dup(1), 'w')
quiet = os.open(os.devnull, os.O_RDWR)
for stream in (0, 1, 2):
    os.dup2(quiet, stream)


def end(word):
    verdict.write(payload['nonce'] + ' ' + word + '\n')
    verdict.flush()
    os._exit(0)


# Not even a process of the same user can look into this one, or take its open files.
if ctypes.CDLL(None).prctl(4, 0, 0, 0, 0) != 0:
    end('unusable')
exec(compile(payload['wire'], 'wire', 'exec'))
try:
    before = compile(payload['before'], 'before', 'exec')
    tests = compile(payload['tests'], 'tests', 'exec')
except (SyntaxError, ValueError):
    end('unusable')

there, requests = os.pipe()
answers, back = os.pipe()
subprocess.Popen(
    [sys.executable, '-s', '-S', '-B', '-c', payload['wire'] + payload['solution'], str(there), str(back)],
    stdin=quiet, stdout=quiet, stderr=quiet, pass_fds=(there, back))
os.close(there)
os.close(back)
requests, answers = os.fdopen(requests, 'wb'), os.fdopen(answers, 'rb')


class SolutionError(Exception):
    pass


class Gone(BaseException):
    pass


def exchange(message):
    try:
        send(requests, message)
        reply = receive(answers)
        if 'value' in reply:
            return reply['value']
        names, text = reply['fault'], reply['text']
        known = [getattr(builtins, name, None) for name in names if isinstance(name, str)]
    except (OSError, EOFError, ValueError, KeyError, TypeError, RecursionError) as fault:
        raise Gone() from fault
    for kind in known:
        if isinstance(kind, type) and issubclass(kind, Exception):
            try:
                fault = kind(str(text))
            except Exception:
                continue
            raise fault
    raise SolutionError(str(text))


def ask(what, thing, *arguments, named={}):
    plain = lambda value: encode(value, refuse)
    message = {'what': what, 'thing': thing, 'arguments': [plain(value) for value in arguments], 'named': {name: plain(value) for name, value in named.items()}}
    return decode(exchange(message), Theirs)


class Theirs:
    """Something that is in the solution's process. It equals nothing but itself, whatever the solution says."""
    __slots__ = ('_thing',)

    def __init__(self, thing):
        object.__setattr__(self, '_thing', thing)

    def __call__(self, *arguments, **named):
        return ask('call', object.__getattribute__(self, '_thing'), *arguments, named=named)

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        return ask('get', object.__getattribute__(self, '_thing'), name)

    def __setattr__(self, name, value):
        ask('set', object.__getattribute__(self, '_thing'), name, value)

    def __iter__(self):
        return iter(ask('items', object.__getattribute__(self, '_thing')))

    def __len__(self):
        return ask('length', object.__getattribute__(self, '_thing'))

    def __bool__(self):
        return True

    def __getitem__(self, key):
        return ask('item', object.__getattribute__(self, '_thing'), key)


def refuse(value):
    if isinstance(value, Theirs):
        return object.__getattribute__(value, '_thing')
    raise TypeError('a test can only give plain data to a solution')


try:
    send(requests, payload['program'])
    names = receive(answers)['value']
    space = {'__name__': 'tests'}
    exec(before, space)
    wanted = payload['names']
    if wanted is None:
        wanted = [name for name in names if name not in space and not hasattr(builtins, name)]
    for name in wanted:
        if name not in names:
            continue
        sort, form = names[name]
        if sort != 'module':
            space[name] = decode(form, Theirs)
        elif form in sys.stdlib_module_names:
            space[name] = importlib.import_module(form)  # tests use what solutions import; from the installation, never from the solution
    exec(tests, space)
except BaseException as fault:
    end('failed ' + type(fault).__name__)
end('passed')
