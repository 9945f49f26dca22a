"""First configuration: files of a shop that Nocturne has never seen in, a commented config/ out.

Comes in: per entity the files that `nocturne init` is shown. Goes out: the text of sources.yml and
settings.yml, in which comments say what was not sure. Nothing of it is used after that.
Door: folder.py. file_form.py and sample.py look at a file, numbers.py, instants.py and column.py at
its columns, words.py holds what columns are called, mapping.py and recipes.py choose, entry.py and
written.py write it down.
"""
